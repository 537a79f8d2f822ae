import type { LegacyMe } from '@whisper/shared/legacy';
import { onTestFinished } from 'vitest';
import type { TestServer } from '../index.ts';
import { LegacyTestSocket } from './legacy-socket.ts';

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
};

export type Transport = 'polling' | 'websocket';

/** Somebody with an app that was written against the old backend. */
export class LegacyClient {
  readonly url: string;
  readonly token: string;
  readonly me: LegacyMe;

  private constructor(url: string, token: string, me: LegacyMe) {
    this.url = url;
    this.token = token;
    this.me = me;
  }

  static async signIn(server: TestServer, name: string): Promise<LegacyClient> {
    const token = await server.tokenFor(name);
    const { body } = await request(server.url, 'POST /api/auth/callback', {
      authorization: `Bearer ${token}`,
    });
    return new LegacyClient(server.url, token, body as LegacyMe);
  }

  /** `call('GET /api/chats')`, signed in. */
  async call<T = unknown>(line: string): Promise<T> {
    const { body } = await request(this.url, line, { authorization: `Bearer ${this.token}` });
    return body as T;
  }

  async answer(line: string): Promise<Answer> {
    return request(this.url, line, { authorization: `Bearer ${this.token}` });
  }

  /** A socket of this person, closed at the end of the test. */
  async connect(transport?: Transport): Promise<LegacyTestSocket> {
    const options = transport ? { transports: [transport] } : {};
    const socket = await LegacyTestSocket.open(this.url, { token: this.token }, options);
    onTestFinished(() => socket.close());
    return socket;
  }
}

export async function request(
  url: string,
  line: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const [method = '', path = ''] = line.split(' ');
  const response = await fetch(url + path, { method, headers, redirect: 'manual' });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}
