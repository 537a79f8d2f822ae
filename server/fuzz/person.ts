import { createTRPCClient, createWSClient, wsLink, type CreateTRPCClient } from '@trpc/client';
import { DevTokenOutputSchema, transformer } from '@whisper/shared';
import WebSocket from 'ws';
import type { AppRouter } from '../src/router.ts';

const refreshEveryMs = 20_000;

/** A fresh token of the local issuer, which lives a minute. */
export async function issueToken(url: string, user: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/dev/token`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ user }),
  });
  return DevTokenOutputSchema.parse(await response.json()).token;
}

/** Somebody with an ordinary client on one WebSocket, signed in for as long as it is open. */
export class Person implements AsyncDisposable {
  readonly name: string;
  readonly api: CreateTRPCClient<AppRouter>;
  readonly #client: ReturnType<typeof createWSClient>;
  readonly #timer: NodeJS.Timeout;

  constructor(url: string, name: string) {
    this.name = name;
    this.#client = createWSClient({
      url: `${url.replace('http', 'ws')}/trpc`,
      connectionParams: async () => ({ token: await issueToken(url, name) }),
      WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
    });
    this.api = createTRPCClient<AppRouter>({ links: [wsLink({ client: this.#client, transformer })] });
    const refresh = async () => this.api.auth.refresh.mutate({ token: await issueToken(url, name) });
    // One that fails is made good by the next, or by the reconnect.
    this.#timer = setInterval(() => void refresh().catch(() => undefined), refreshEveryMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#client.close();
  }
}
