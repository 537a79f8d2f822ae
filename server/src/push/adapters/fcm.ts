import { importPKCS8, SignJWT } from 'jose';
import { z } from 'zod';
import type { Clock } from '../../platform/clock.ts';
import type { ServiceAccount } from '../../platform/push-values.ts';
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

type Options = { readonly url: string; readonly account: ServiceAccount; readonly clock: Clock };

const TokenSchema = z.object({ access_token: z.string(), expires_in: z.number() });
const ErrorSchema = z.object({
  error: z.object({
    status: z.string().optional(),
    details: z.array(z.object({ errorCode: z.string().optional() })).optional(),
  }),
});

const scope = 'https://www.googleapis.com/auth/firebase.messaging';
const assertionSeconds = 3_600;
/** A token is replaced this long before its end. */
const spareMs = 60_000;

/** Apps that use Firebase Cloud Messaging, by its HTTP v1 API. */
export class FcmAdapter implements PushAdapter {
  readonly kind = 'fcm';
  readonly #options: Options;
  #token: { readonly text: Promise<string>; goodUntil: number } | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  async send(address: Address, notice: Notice): Promise<Outcome> {
    if (address.kind !== 'fcm') return { type: 'refused', why: 'no app of Firebase' };
    const { url, account } = this.#options;
    try {
      const response = await fetch(`${url}/v1/projects/${account.project_id}/messages:send`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await this.#accessToken()}`, 'content-type': 'application/json' },
        body: JSON.stringify({ message: toMessage(address.token, notice) }),
        redirect: 'error',
        signal: AbortSignal.timeout(answerTimeoutMs),
      });
      return await this.#read(response);
    } catch (error) {
      return failureOf(error);
    }
  }

  async #read(response: Response): Promise<Outcome> {
    const outcome = outcomeOf(response.status, response.headers.get('retry-after'));
    if (outcome.type === 'sent') return outcome;
    const parsed = ErrorSchema.safeParse(await response.json().catch(() => undefined));
    const codes = parsed.data?.error.details?.map(({ errorCode }) => errorCode) ?? [];
    if (codes.includes('UNREGISTERED')) return { type: 'gone' };
    if (response.status !== 401) return outcome;
    // The token ended early: the next attempt fetches another.
    this.#token = undefined;
    return { type: 'later', why: 'status 401' };
  }

  /** One request for however many ask at once, and another only when its answer is old or was an error. */
  #accessToken(): Promise<string> {
    const now = this.#options.clock.now();
    if (this.#token && now < this.#token.goodUntil) return this.#token.text;
    const text = this.#fetchToken();
    const token = { text, goodUntil: Number.POSITIVE_INFINITY };
    this.#token = token;
    text.catch(() => {
      if (this.#token === token) this.#token = undefined;
    });
    return text;
  }

  async #fetchToken(): Promise<string> {
    const { account, clock } = this.#options;
    const now = Math.floor(Date.now() / 1_000);
    const assertion = await new SignJWT({ scope })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
      .setIssuer(account.client_email)
      .setAudience(account.token_uri)
      .setIssuedAt(now)
      .setExpirationTime(now + assertionSeconds)
      .sign(await importPKCS8(account.private_key, 'RS256'));
    const response = await fetch(account.token_uri, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }),
      redirect: 'error',
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    if (!response.ok) throw new Error(`Google gave no token: status ${response.status}`);
    const { access_token: text, expires_in: seconds } = TokenSchema.parse(await response.json());
    if (this.#token) this.#token.goodUntil = clock.now() + seconds * 1_000 - spareMs;
    return text;
  }
}

function toMessage(token: string, { chatId, seq, badge, title, body }: Notice) {
  return {
    token,
    notification: { title, body },
    data: { chatId, seq: String(seq), badge: String(badge) },
    android: {
      collapse_key: chatId,
      priority: 'HIGH',
      ttl: `${lifetimeSeconds}s`,
      notification: { tag: chatId, notification_count: badge },
    },
    apns: {
      headers: { 'apns-collapse-id': chatId, 'apns-priority': '10' },
      payload: { aps: { badge, sound: 'default', 'thread-id': chatId } },
    },
  };
}
