import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type CryptoKey } from 'jose';

export type FakeClerkUser = {
  readonly id: string;
  readonly first_name?: string | null;
  readonly last_name?: string | null;
  readonly username?: string | null;
  readonly image_url?: string;
  /** The first is the primary one, and each is verified, unless something else is said. */
  readonly primary_email_address_id?: string | null;
  readonly email_addresses?: readonly FakeEmailAddress[];
  readonly banned?: boolean;
  readonly updated_at?: number;
};

type FakeEmailAddress = {
  readonly email_address: string;
  readonly id?: string;
  readonly verification?: { readonly status: string } | null;
};

type Claims = Readonly<Record<string, unknown>>;

type SignOptions = { readonly keyId?: string; readonly privateKey?: CryptoKey; readonly type?: string };

/**
 * Clerk on 127.0.0.1: its user records, its published keys, its session tokens and its signed webhooks. Nothing in it
 * is simulated but the network and the people.
 */
export type FakeClerk = AsyncDisposable & {
  /** The settings that make a server trust this Clerk. */
  readonly env: {
    readonly CLERK_SECRET_KEY: string;
    readonly CLERK_API_URL: string;
    readonly CLERK_AUTHORIZED_PARTIES: string;
    readonly CLERK_WEBHOOK_SIGNING_SECRET: string;
  };
  /** The public key as PEM, for CLERK_JWT_KEY. */
  readonly jwtKey: string;
  /** `METHOD /path` of every request so far. */
  readonly requests: string[];
  /** Answers every request with this status while it is set. */
  failWith: number | null;
  /** Stores the record, or replaces the one with its id. */
  putUser(user: FakeClerkUser): object;
  /** Withdraws the key that signs tokens from the published ones. */
  withdrawKey(): void;
  /** A good 60-second token of that person, with `claims` replaced; an undefined claim is left out. */
  signToken(clerkId: string, claims?: Claims, options?: SignOptions): Promise<string>;
  /** A webhook as Clerk sends it: the body and the headers that prove it. */
  signWebhook(
    type: string,
    data: object,
  ): { readonly body: string; readonly headers: Record<string, string> };
};

const keyId = 'ins_fake';
export const fakeClerkOrigin = 'https://chat.example';

const makeKey = () => generateKeyPair('RS256', { extractable: true });
let usualKey: ReturnType<typeof makeKey> | undefined;

/** Making a key takes longer than most tests, so there is one, and another for who must be told apart. */
export async function startFakeClerk({ hasOwnKey = false } = {}): Promise<FakeClerk> {
  usualKey ??= makeKey();
  const { publicKey, privateKey } = await (hasOwnKey ? makeKey() : usualKey);
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: keyId, alg: 'RS256', use: 'sig' }] };
  const users = new Map<string, object>();
  const requests: string[] = [];
  const secret = randomBytes(24).toString('base64');
  const secretKey = `sk_test_${randomUUID()}`;
  let failWith: number | null = null;

  const server = createServer((request, response) => {
    // A client of a server that had this port before may still knock here.
    if (request.url?.startsWith('/v1/')) requests.push(`${request.method} ${request.url}`);
    const [status, body] = failWith ? failure(failWith) : answer(request, { jwks, users, secretKey });
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The fake Clerk has no port');

  return {
    env: {
      CLERK_SECRET_KEY: secretKey,
      CLERK_API_URL: `http://127.0.0.1:${address.port}`,
      CLERK_AUTHORIZED_PARTIES: fakeClerkOrigin,
      CLERK_WEBHOOK_SIGNING_SECRET: `whsec_${secret}`,
    },
    jwtKey: await exportSPKI(publicKey),
    requests,
    get failWith() {
      return failWith;
    },
    set failWith(status) {
      failWith = status;
    },
    putUser(user) {
      const record = toClerkRecord(user);
      users.set(user.id, record);
      return record;
    },
    withdrawKey: () => void jwks.keys.pop(),
    signToken: (clerkId, claims, options) =>
      signToken({ ...defaultClaims(clerkId), ...claims }, { privateKey, ...options }),
    signWebhook: (type, data) => signWebhook({ type, data, secret }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Served = {
  readonly jwks: object;
  readonly users: ReadonlyMap<string, object>;
  readonly secretKey: string;
};

function answer({ url, headers }: IncomingMessage, { jwks, users, secretKey }: Served): [number, object] {
  if (headers.authorization !== `Bearer ${secretKey}`) return failure(401);
  if (url === '/v1/jwks') return [200, jwks];
  const clerkId = /^\/v1\/users\/([^/?]+)$/.exec(url ?? '')?.[1];
  const user = clerkId && users.get(decodeURIComponent(clerkId));
  return user ? [200, user] : failure(404);
}

function failure(status: number): [number, object] {
  return [status, { errors: [{ code: `fake_${status}`, message: 'refused by the fake' }] }];
}

function toClerkRecord({ email_addresses = [], ...user }: FakeClerkUser): object {
  const emails = email_addresses.map((email, index) => ({
    id: `idn_${index}`,
    verification: { status: 'verified', strategy: 'email_code' },
    ...email,
  }));
  return {
    object: 'user',
    first_name: null,
    last_name: null,
    username: null,
    image_url: `https://img.example/${user.id}.png`,
    primary_email_address_id: emails[0]?.id ?? null,
    email_addresses: emails,
    phone_numbers: [],
    web3_wallets: [],
    external_accounts: [],
    created_at: 1_700_000_000_000,
    updated_at: 1_700_000_000_000,
    ...user,
  };
}

function defaultClaims(clerkId: string): Claims {
  const now = Math.floor(Date.now() / 1000);
  return {
    azp: fakeClerkOrigin,
    exp: now + 60,
    iat: now,
    iss: 'https://clerk.chat.example',
    nbf: now - 10,
    sid: `sess_${clerkId}`,
    sts: 'active',
    sub: clerkId,
  };
}

function signToken(claims: Claims, options: SignOptions & { readonly privateKey: CryptoKey }) {
  const header = { alg: 'RS256', kid: options.keyId ?? keyId, typ: options.type ?? 'JWT' };
  const present = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
  return new SignJWT(present).setProtectedHeader(header).sign(options.privateKey);
}

type WebhookParts = { readonly type: string; readonly data: object; readonly secret: string };

function signWebhook({ type, data, secret }: WebhookParts) {
  const body = JSON.stringify({ type, object: 'event', data, timestamp: Date.now() });
  const id = `msg_${randomUUID()}`;
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', Buffer.from(secret, 'base64'))
    .update(`${id}.${timestamp}.${body}`)
    .digest('base64');
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'svix-id': id,
      'svix-timestamp': timestamp,
      'svix-signature': `v1,${signature}`,
    },
  };
}
