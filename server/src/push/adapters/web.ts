import { cutText, type PushPayload } from '@whisper/shared';
import webPush from 'web-push';
import {
  failureOf,
  lifetimeSeconds,
  outcomeOf,
  type Address,
  type Notice,
  type Outcome,
  type PushAdapter,
} from './adapter.ts';
import { postTo } from './post.ts';
import { PrivateAddressError } from './public-address.ts';
import { readEndpoint, type EndpointRules } from './web-endpoint.ts';

/** Says to push services who sends (RFC 8292). */
export type Vapid = { readonly subject: string; readonly publicKey: string; readonly privateKey: string };

type Options = { readonly vapid: () => Promise<Vapid>; readonly endpoints: EndpointRules };

/** Push services take 4 KiB, of which the encryption needs some; names and texts may need 3 bytes a character and more. */
const titleLengthMax = 100;

/** Browsers, by Web Push (RFC 8030): encrypted for the browser, so that its push service reads nothing. */
export class WebAdapter implements PushAdapter {
  readonly kind = 'web';
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  async send(address: Address, notice: Notice): Promise<Outcome> {
    if (address.kind !== 'web') return { type: 'refused', why: 'no browser' };
    const endpoint = readEndpoint(address.endpoint, this.#options.endpoints);
    if (!endpoint) return { type: 'gone' };
    try {
      const encrypted = await this.#encrypt(address, notice);
      if (!encrypted) return { type: 'gone' };
      const answer = await postTo(endpoint, encrypted);
      if (answer.status === 404 || answer.status === 410) return { type: 'gone' };
      return outcomeOf(answer.status, answer.headers['retry-after']);
    } catch (error) {
      return error instanceof PrivateAddressError ? { type: 'gone' } : failureOf(error);
    }
  }

  /** Null for keys with which nothing can be encrypted. */
  async #encrypt(address: Extract<Address, { kind: 'web' }>, notice: Notice): Promise<Encrypted | null> {
    const vapidDetails = await this.#options.vapid();
    try {
      const payload = JSON.stringify(toPayload(notice));
      const options = { vapidDetails, TTL: lifetimeSeconds, urgency: 'high', topic: notice.chatId } as const;
      const { headers, body } = webPush.generateRequestDetails(address, payload, options);
      const texts = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
      return { headers: Object.fromEntries(texts), body };
    } catch {
      return null;
    }
  }
}

type Encrypted = Parameters<typeof postTo>[1];

function toPayload({ chatId, seq, badge, title, body }: Notice): PushPayload {
  return { chatId, seq, badge, title: cutText(title, titleLengthMax), body };
}
