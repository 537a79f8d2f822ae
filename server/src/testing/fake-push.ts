import { PushPayloadSchema, type DeviceKind, type RegisterDeviceInput } from '@whisper/shared';
import { importJWK, jwtVerify } from 'jose';
import {
  createDecipheriv,
  createECDH,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  randomUUID,
} from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A push as a push service took it. */
export type ReceivedPush = {
  readonly kind: DeviceKind;
  /** The endpoint or the token. */
  readonly to: string;
  readonly chatId: string;
  readonly seq: number;
  readonly badge: number;
  readonly title: string;
  readonly body: string;
  /** What a later one with the same value takes the place of. */
  readonly collapse: string;
};

type Fault = { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown };

type Subscription = Extract<RegisterDeviceInput, { kind: 'web' }>;
type Browser = { readonly ecdh: ReturnType<typeof createECDH>; readonly auth: Buffer };

const project = 'whisper-test';

const makeKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 });

/** Making it takes longer than most tests, so there is one. */
let usualKey: ReturnType<typeof makeKey> | undefined;
const json = { 'content-type': 'application/json' };

/** The push services of browsers, Expo and Google, as far as this server speaks to them, on a port of this machine. */
export class FakePushServices implements AsyncDisposable {
  readonly received: ReceivedPush[] = [];
  /** How often somebody tried, whatever came of it. */
  tries = 0;
  /** Answered to the next tries instead of taking the push; `forever` while it is set. */
  readonly faults: Fault[] = [];
  forever: Fault | undefined;
  /** Tickets of Expo's whose receipt says that the device is gone. */
  readonly goneTickets = new Set<string>();
  readonly tickets: string[] = [];
  tokensGiven = 0;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #browsers = new Map<string, Browser>();
  readonly #key = (usualKey ??= makeKey());

  static async start(): Promise<FakePushServices> {
    const fake = new FakePushServices();
    fake.#server.listen(0, '127.0.0.1');
    await once(fake.#server, 'listening');
    return fake;
  }

  get url(): string {
    return `http://${this.host}`;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The settings with which a server speaks to these. */
  get env(): Record<string, string> {
    return {
      PUSH: 'on',
      PUSH_WEB_HOSTS: this.host,
      PUSH_EXPO_URL: this.url,
      PUSH_FCM_URL: this.url,
      PUSH_FCM_SERVICE_ACCOUNT: JSON.stringify({
        project_id: project,
        client_email: 'pusher@whisper-test.example',
        private_key: this.#key.privateKey.export({ type: 'pkcs8', format: 'pem' }),
        token_uri: `${this.url}/token`,
      }),
    };
  }

  /** What a browser that has just subscribed would register. */
  subscribe(): Subscription {
    const ecdh = createECDH('prime256v1');
    ecdh.generateKeys();
    const auth = randomBytes(16);
    const path = `/web/${randomUUID()}`;
    this.#browsers.set(path, { ecdh, auth });
    const keys = { p256dh: ecdh.getPublicKey('base64url'), auth: auth.toString('base64url') };
    return { kind: 'web', endpoint: `${this.url}${path}`, keys };
  }

  /** A new device of each kind. */
  deviceOf(kind: DeviceKind): RegisterDeviceInput {
    switch (kind) {
      case 'web':
        return this.subscribe();
      case 'expo':
        return { kind, token: `ExponentPushToken[${randomUUID()}]` };
      case 'fcm':
        return { kind, token: `fcm-${randomUUID()}` };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const path = request.url ?? '';
    if (path === '/token') return this.#giveToken(response);
    if (path.endsWith('/getReceipts')) return this.#giveReceipts(body, response);
    this.tries += 1;
    const fault = this.forever ?? this.faults.shift();
    if (fault) {
      response.writeHead(fault.status, { ...json, ...fault.headers });
      return void response.end(JSON.stringify(fault.body ?? {}));
    }
    try {
      await this.#take(request, body, response);
    } catch (error) {
      response.writeHead(400).end(String(error));
    }
  }

  async #take(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (path.startsWith('/web/')) {
      this.received.push(await this.#readWeb(request, body));
      return void response.writeHead(201).end();
    }
    if (path === '/--/api/v2/push/send') {
      const messages = JSON.parse(body.toString()) as ExpoMessage[];
      if (messages.length > 100) return void response.writeHead(413).end();
      this.received.push(...messages.map(readExpo));
      const data = messages.map(() => ({ status: 'ok', id: randomUUID() }));
      this.tickets.push(...data.map(({ id }) => id));
      return void response.writeHead(200, json).end(JSON.stringify({ data }));
    }
    if (
      path !== `/v1/projects/${project}/messages:send` ||
      request.headers.authorization !== 'Bearer token-1'
    ) {
      return void response.writeHead(401).end();
    }
    this.received.push(readFcm(JSON.parse(body.toString())));
    response.writeHead(200, json).end(JSON.stringify({ name: 'projects/whisper-test/messages/1' }));
  }

  /** Checks who sends, and opens what only the browser can. */
  async #readWeb({ url = '', headers }: IncomingMessage, body: Buffer): Promise<ReceivedPush> {
    const browser = this.#browsers.get(url);
    const [, token = '', key = ''] = /^vapid t=(.+), ?k=(.+)$/.exec(headers.authorization ?? '') ?? [];
    const point = Buffer.from(key, 'base64url');
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
    await jwtVerify(token, await importJWK({ kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' }, 'ES256'), {
      audience: this.url,
    });
    if (!browser) throw new Error('Nobody subscribed here');
    const payload = PushPayloadSchema.parse(JSON.parse(decrypt(body, browser)));
    return { kind: 'web', to: `${this.url}${url}`, ...payload, collapse: String(headers['topic']) };
  }

  #giveToken(response: ServerResponse): void {
    this.tokensGiven += 1;
    response.writeHead(200, json).end(JSON.stringify({ access_token: 'token-1', expires_in: 3_600 }));
  }

  #giveReceipts(body: Buffer, response: ServerResponse): void {
    const { ids } = JSON.parse(body.toString()) as { ids: string[] };
    const gone = { status: 'error', details: { error: 'DeviceNotRegistered' } };
    const data = ids.map((id) => [id, this.goneTickets.has(id) ? gone : { status: 'ok' }] as const);
    response.writeHead(200, json).end(JSON.stringify({ data: Object.fromEntries(data) }));
  }
}

/** RFC 8291, from the browser's side. */
function decrypt(body: Buffer, { ecdh, auth }: Browser): string {
  const salt = body.subarray(0, 16);
  const sender = body.subarray(21, 21 + body.readUInt8(20));
  const sealed = body.subarray(21 + sender.length);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), sender]);
  const secret = new Uint8Array(hkdfSync('sha256', ecdh.computeSecret(sender), auth, info, 32));
  const key = new Uint8Array(hkdfSync('sha256', secret, salt, 'Content-Encoding: aes128gcm\0', 16));
  const nonce = new Uint8Array(hkdfSync('sha256', secret, salt, 'Content-Encoding: nonce\0', 12));
  const decipher = createDecipheriv('aes-128-gcm', key, nonce);
  decipher.setAuthTag(sealed.subarray(-16));
  const text = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]).toString();
  return text.slice(0, text.lastIndexOf('\u0002'));
}

type Shown = Pick<ReceivedPush, 'title' | 'body'>;
type ExpoMessage = Shown & {
  readonly to: string;
  readonly badge: number;
  readonly collapseId: string;
  readonly data: Pick<ReceivedPush, 'chatId' | 'seq'>;
};
type FcmMessage = {
  readonly message: {
    readonly token: string;
    readonly notification: Shown;
    readonly data: { readonly chatId: string; readonly seq: string };
    readonly android: { readonly collapse_key: string };
    readonly apns: { readonly payload: { readonly aps: { readonly badge: number } } };
  };
};

function readExpo({ to, title, body, badge, data, collapseId }: ExpoMessage): ReceivedPush {
  return { kind: 'expo', to, ...data, badge, title, body, collapse: collapseId };
}

function readFcm({ message: { token, notification, data, android, apns } }: FcmMessage): ReceivedPush {
  return {
    kind: 'fcm',
    to: token,
    chatId: data.chatId,
    seq: Number(data.seq),
    badge: apns.payload.aps.badge,
    ...notification,
    collapse: android.collapse_key,
  };
}
