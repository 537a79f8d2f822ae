import { z } from 'zod';
import {
  answerTimeoutMs,
  failureOf,
  lifetimeSeconds,
  outcomeOf,
  type Address,
  type Notice,
  type Outcome,
  type PushAdapter,
} from './adapter.ts';

type Options = { readonly url: string; readonly accessToken: string | undefined };

const ErrorSchema = z.object({
  status: z.literal('error'),
  message: z.string().optional(),
  details: z.object({ error: z.string().optional() }).optional(),
});
const TicketSchema = z.object({
  data: z.union([z.object({ status: z.literal('ok'), id: z.string() }), ErrorSchema]),
});
const ReceiptsSchema = z.object({
  data: z.record(z.string(), z.union([z.object({ status: z.literal('ok') }), ErrorSchema])),
});

/** Apps made with Expo, by Expo's push API, which passes on to Apple and Google and says afterwards how that went. */
export class ExpoAdapter implements PushAdapter {
  readonly kind = 'expo';
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  async send(address: Address, { chatId, seq, badge, title, body }: Notice): Promise<Outcome> {
    if (address.kind !== 'expo') return { type: 'refused', why: 'no app of Expo' };
    try {
      const response = await this.#post('send', {
        to: address.token,
        title,
        body,
        badge,
        data: { chatId, seq },
        sound: 'default',
        priority: 'high',
        ttl: lifetimeSeconds,
        // The one for Apple's devices, the other for Android's.
        collapseId: chatId,
        tag: chatId,
      });
      const outcome = outcomeOf(response.status, response.headers.get('retry-after'));
      return outcome.type === 'sent' ? readTicket(await response.json()) : outcome;
    } catch (error) {
      return failureOf(error);
    }
  }

  async findDead(tickets: readonly string[]): Promise<readonly string[]> {
    try {
      const response = await this.#post('getReceipts', { ids: tickets });
      const { data } = ReceiptsSchema.parse(await response.json());
      return Object.entries(data).flatMap(([ticket, receipt]) =>
        receipt.status === 'error' && isGone(receipt) ? [ticket] : [],
      );
    } catch {
      return [];
    }
  }

  #post(verb: string, body: object): Promise<Response> {
    const { url, accessToken } = this.#options;
    return fetch(`${url}/--/api/v2/push/${verb}`, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
      },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
  }
}

function readTicket(answer: unknown): Outcome {
  const { data } = TicketSchema.parse(answer);
  if (data.status === 'ok') return { type: 'sent', ticket: data.id };
  if (isGone(data)) return { type: 'gone' };
  const why = data.details?.error ?? data.message ?? 'no reason given';
  return { type: why === 'MessageRateExceeded' ? 'later' : 'refused', why };
}

function isGone({ details }: z.infer<typeof ErrorSchema>): boolean {
  return details?.error === 'DeviceNotRegistered';
}
