import fc, { type Arbitrary } from 'fast-check';
import { Agent } from 'node:http';
import { hostileCalls, type HostileCall } from './hostile-calls.ts';
import { hostileValues, toJson, torn } from './hostile-text.ts';
import type { Round } from './round.ts';
import { sendRequest, silentMs, type Outgoing } from './send-request.ts';
import { shorten } from './witness.ts';

const requestsPerRound = 60;
const atOnce = 6;
/** Longer addresses are refused by Node before anything of ours sees them. */
const addressMax = 15_000;

/** Calls over HTTP: alone and in batches, as GET and as POST, streams as SSE, and requests to everything else. */
export async function attackHttp(round: Round): Promise<void> {
  const { url, name, seed, dice, witness } = round;
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const requests = fc.sample(hostileRequests(round), { numRuns: requestsPerRound, seed: dice });
  const sendNext = async (): Promise<void> => {
    const next = requests.pop();
    if (!next) return;
    const sent = describe(next);
    witness.sends('HTTP', sent, seed);
    const person = next.isSigned ? name : undefined;
    const { status, text } = await sendRequest(url, agent, next);
    witness.saw({ person, text, status, sent, seed });
    if (text.endsWith('no answer'))
      witness.find('silence', `no answer in ${silentMs} ms`, { sent: [sent], seed });
    return sendNext();
  };
  await Promise.all(Array.from({ length: atOnce }, sendNext));
  agent.destroy();
}

type HostileRequest = Outgoing & { readonly isSigned: boolean };

function describe({ method, path, headers, body, isSigned }: HostileRequest): string {
  const { authorization: _, ...others } = headers;
  const who = isSigned ? 'signed in' : 'nobody';
  const text = body === undefined ? '' : JSON.stringify(body.toString());
  return shorten(`${method} ${path} (${who}) ${JSON.stringify(others)} ${text}`);
}

function hostileRequests(round: Round): Arbitrary<HostileRequest> {
  const calls = hostileCalls(round.known);
  return fc.oneof(
    { weight: 6, arbitrary: signed(round, fc.oneof(asGet(calls), asPost(calls))) },
    { weight: 4, arbitrary: signed(round, batches(calls)) },
    { weight: 2, arbitrary: streams(round, calls) },
    { weight: 2, arbitrary: signed(round, elsewhere) },
  );
}

type Unsigned = Pick<Outgoing, 'method' | 'path' | 'body'>;

const contentTypes = fc.oneof(
  { weight: 8, arbitrary: fc.constant('application/json') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'application/json; charset=utf-16',
      'text/plain',
      'multipart/form-data; boundary=x',
      'multipart/form-data',
      'application/octet-stream',
      'application/x-www-form-urlencoded',
      'x'.repeat(500),
    ),
  },
);

function signed({ token }: Pick<Round, 'token'>, requests: Arbitrary<Unsigned>): Arbitrary<HostileRequest> {
  const good = { authorization: `Bearer ${token}` };
  const names = fc.oneof(
    { weight: 12, arbitrary: fc.constant(good) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Readonly<Record<string, string>>>(
        {},
        { authorization: `Bearer ${token.slice(0, -3)}` },
        { authorization: 'Bearer a.b.c' },
        { authorization: 'Basic Og==' },
        { cookie: '__session=x; __session=%00' },
      ),
    },
  );
  const extras = fc.oneof(
    { weight: 8, arbitrary: fc.constant({}) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Readonly<Record<string, string>>>(
        { 'trpc-accept': 'application/jsonl' },
        { accept: 'text/event-stream' },
        { 'content-encoding': 'gzip' },
        { 'x-forwarded-for': '::1, ::ffff:1.2.3.4, x' },
        { origin: 'null' },
        { 'last-event-id': '__proto__' },
        { expect: '100-continue' },
      ),
    },
  );
  return fc.record({ unsigned: requests, names, extras, type: contentTypes }).map((parts) => ({
    ...parts.unsigned,
    headers: { ...parts.names, ...parts.extras, ...(parts.unsigned.body && { 'content-type': parts.type }) },
    isSigned: 'authorization' in parts.names && parts.names.authorization === good.authorization,
  }));
}

/** Percent-encoding knows no half characters; those come in JSON's escapes. */
function encode(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString()).replaceAll('%2C', ',');
}

function addressOf(path: string, query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encode(value)}`);
  return `/trpc/${encode(path)}?${pairs.join('&')}`;
}

function asGet(calls: Arbitrary<HostileCall>): Arbitrary<Unsigned> {
  return calls.map(({ path, kind, input }) => {
    const text = toJson(input);
    const address = addressOf(path, { input: text });
    if (kind !== 'mutation' && address.length < addressMax) return { method: 'GET', path: address };
    return { method: 'POST', path: addressOf(path, {}), body: text };
  });
}

function asPost(calls: Arbitrary<HostileCall>): Arbitrary<Unsigned> {
  const methods = fc.oneof(
    { weight: 8, arbitrary: fc.constant('POST') },
    { weight: 1, arbitrary: fc.constantFrom('PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'GET') },
  );
  const queries = fc.oneof(
    { weight: 6, arbitrary: fc.constant({}) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Readonly<Record<string, string>>>(
        { batch: '0' },
        { batch: '1' },
        { input: '{' },
        { input: '[]', batch: '1' },
        { connectionParams: '1' },
        { connectionParams: '{"token":{"$ne":1}}' },
      ),
    },
  );
  return fc.record({ call: calls, method: methods, query: queries }).chain(({ call, method, query }) =>
    torn(fc.constant(toJson(call.input))).map((body) => ({
      method,
      path: addressOf(call.path, query),
      body,
    })),
  );
}

/** Batches of mixed kinds, with too few inputs, too many, and some under no number; a few of them too long. */
function batches(calls: Arbitrary<HostileCall>): Arbitrary<Unsigned> {
  const lists = fc.oneof(
    { weight: 20, arbitrary: fc.array(calls, { minLength: 1, maxLength: 10 }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          calls.filter(({ input }) => toJson(input).length < 2_000),
          fc.constantFrom(100, 500, 501, 1_500),
        )
        .map(([call, count]) => Array.from({ length: count }, () => call)),
    },
  );
  const keys = fc.constantFrom('0', '1', '1e3', '-1', '__proto__', 'length', 'x', '0.5', '999999');
  return fc
    .record({ list: lists, extra: fc.dictionary(keys, hostileValues, { maxKeys: 2 }) })
    .chain((batch) => {
      const inputs = Object.fromEntries(batch.list.map(({ input }, index) => [index, input]));
      const text = toJson({ ...inputs, ...batch.extra });
      const path = batch.list.map((call) => call.path).join(',');
      const address = addressOf(path, { batch: '1', input: text });
      if (batch.list.every(({ kind }) => kind === 'query') && address.length < addressMax)
        return fc.constant<Unsigned>({ method: 'GET', path: address });
      return torn(fc.constant(text)).map((body) => ({
        method: 'POST',
        path: addressOf(path, { batch: '1' }),
        body,
      }));
    });
}

function streams({ token }: Round, calls: Arbitrary<HostileCall>): Arbitrary<HostileRequest> {
  const params = fc.oneof(
    { weight: 8, arbitrary: fc.constant(JSON.stringify({ token })) },
    { weight: 1, arbitrary: hostileValues.map(toJson).filter((text) => text.length < 4_000) },
  );
  const ids = fc.constantFrom<Readonly<Record<string, string>>>(
    {},
    {},
    { 'last-event-id': '0' },
    { 'last-event-id': '-1' },
    { 'last-event-id': 'x'.repeat(600) },
    { 'last-event-id': '9'.repeat(30) },
  );
  return fc
    .record({ call: calls.filter(({ kind }) => kind === 'subscription'), params, ids })
    .map(({ call, params: connectionParams, ids: headers }) => ({
      method: 'GET',
      path: addressOf(call.path, { input: toJson(call.input), connectionParams }),
      headers: { accept: 'text/event-stream', ...headers },
      isSigned: true,
    }))
    .filter(({ path }) => path.length < addressMax);
}

/** Everything else that the port answers, and what it does not. */
const elsewhere: Arbitrary<Unsigned> = fc.record({
  method: fc.constantFrom('GET', 'GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'),
  path: fc
    .tuple(
      fc.constantFrom(
        '/',
        '/livez',
        '/health',
        '/readyz',
        '/metrics',
        '/webhooks',
        '/webhooks/clerk',
        '/panel',
        '/panel/',
        '/panel/api.json',
        '/dev/token',
        '/dev/people',
        '/trpc',
        '/trpc/',
        '/api',
        '/api/docs',
        '/assets/',
        '/socket.io/',
        '/.well-known/x',
        '//',
        '/nowhere',
      ),
      fc.constantFrom(
        '',
        '',
        '/..%2f..%2fpackage.json',
        '/../../package.json',
        '%00',
        '/%',
        '/%ff',
        '?x=%',
        '?a[b]=c',
        '/__proto__',
        '/constructor',
        ';x',
        `/${'a/'.repeat(2_000)}`,
        '?EIO=4&transport=polling&sid=x',
      ),
    )
    .map((parts) => parts.join('')),
  body: fc.option(fc.oneof(hostileValues.map(toJson), fc.constantFrom('{"user":{"$ne":1}}', '{')), {
    nil: undefined,
  }),
});
