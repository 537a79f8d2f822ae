import {
  httpBatchLink,
  httpSubscriptionLink,
  splitLink,
  TRPCClientError,
  wsLink,
  type TRPCLink,
  type TRPCWebSocketClient,
} from '@trpc/client';
import { observable } from '@trpc/server/observable';
import type { AppRouter } from '@whisper/server';
import { contractHeader, contractVersion, limits, transformer } from '@whisper/shared';
import { StoppedError } from './failure.ts';
import type { Pace } from './pace.ts';
import type { TimedFetch } from './timed-fetch.ts';
import type { Transport } from './transport.ts';

/** Longer ones are split; proxies commonly refuse URLs over 8 KiB. */
const urlLengthMax = 4_000;

type LinkOptions = {
  readonly httpUrl: string;
  readonly socket: TRPCWebSocketClient;
  readonly fetch: TimedFetch['fetch'];
  readonly pace: Pace;
  readonly transport: Transport;
  readonly EventSource: typeof EventSource | undefined;
  /** An event stream runs, or broke and is tried again. */
  readonly onStream: (isOpen: boolean) => void;
  readonly getToken: () => Promise<string | null>;
  /** Resolves when another token has been presented. */
  readonly replaceToken: () => Promise<void>;
  /** Why no call can be made any more. */
  readonly stoppedBecause: () => string | undefined;
};

/**
 * Queries go over HTTP: they batch, abort, and neither wait for the socket nor queue behind a busy one, and so does
 * everything where no socket gets through. Mutations share the socket with the subscriptions: they stay in order, cost no authentication each, and the
 * server knows which device speaks, so typing ends with its socket and `auth.refresh` extends it.
 */
export function createLinks(options: LinkOptions): TRPCLink<AppRouter>[] {
  const { httpUrl, socket, fetch, pace, transport, getToken } = options;
  return [
    authLink(options),
    pace.link(),
    transport.link(),
    // After those that make a call later or once more, because a refusal may come before they do.
    stopLink(options),
    splitLink({
      condition: (op) => op.type === 'query' || (op.type === 'mutation' && transport.way === 'http'),
      true: httpBatchLink({
        url: httpUrl,
        transformer,
        fetch,
        maxItems: limits.batchSizeMax,
        maxURLLength: urlLengthMax,
        headers: async () => {
          const token = await getToken();
          return {
            [contractHeader]: String(contractVersion),
            ...(token !== null && { authorization: `Bearer ${token}` }),
          };
        },
      }),
      false: splitLink({
        condition: () => transport.way === 'http',
        true: [streamStateLink(options), eventStreamLink(options)],
        false: wsLink({ client: socket, transformer }),
      }),
    }),
  ];
}

/** An EventSource sends no headers; what a new stream begins with is the newest token. */
function eventStreamLink({ httpUrl, getToken, EventSource }: LinkOptions): TRPCLink<AppRouter> {
  return httpSubscriptionLink({
    url: httpUrl,
    transformer,
    ...(EventSource && { EventSource }),
    connectionParams: async () => ({ token: (await getToken()) ?? '', contract: String(contractVersion) }),
  });
}

function streamStateLink({ onStream }: LinkOptions): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) =>
      observable((observer) =>
        next(op).subscribe({
          ...observer,
          next(value) {
            if (value.result.type === 'state') {
              if (value.result.state === 'pending') onStream(true);
              else if (value.result.error) onStream(false);
            }
            observer.next(value);
          },
          error(error) {
            onStream(false);
            observer.error(error);
          },
        }),
      );
}

/** tRPC's socket would open itself again for a call made after it was closed for good. */
function stopLink({ stoppedBecause }: LinkOptions): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) =>
      observable((observer) => {
        const reason = stoppedBecause();
        if (reason === undefined) return next(op).subscribe(observer);
        observer.error(TRPCClientError.from(new StoppedError(reason)));
        return undefined;
      });
}

/**
 * On UNAUTHORIZED presents another token and makes the call once more. A subscription is not made again here:
 * only its owner knows the last event it saw.
 */
function authLink({ replaceToken }: LinkOptions): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) =>
      observable((observer) => {
        let isDone = false;
        let isRepeated = op.path === 'auth.refresh';
        const call = () =>
          next(op).subscribe({
            ...observer,
            error(error) {
              if (isRepeated || error.data?.code !== 'UNAUTHORIZED') return observer.error(error);
              isRepeated = true;
              void replaceToken().then(() => {
                if (isDone) return;
                if (op.type === 'subscription') return observer.error(error);
                running = call();
              });
            },
          });
        let running = call();
        return () => {
          isDone = true;
          running.unsubscribe();
        };
      });
}
