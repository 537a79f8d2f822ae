import fc, { type Arbitrary } from 'fast-check';
import type { Outgoing } from '../send-request.ts';

/** In every operator that is tried, so that it can be recognised wherever it turns up. */
export const marker = 'planted-by-the-fuzzer';

/** A chat the attacker is not in, and one they are in. */
export type Targets = { readonly foreignChatId: string; readonly ownChatId: string; readonly userId: string };

export type HostileEvent = { readonly name: string; readonly args: readonly unknown[] };

const operators: Arbitrary<unknown> = fc.constantFrom<unknown>(
  { $ne: marker },
  { $gt: '', $ne: marker },
  { $in: [marker] },
  { $where: `/* ${marker} */ true` },
  { $regex: '.*', $options: marker },
  { $not: { $eq: marker } },
  { $or: [{ _id: { $ne: marker } }] },
  [{ $ne: marker }],
  { _bsontype: 'ObjectId', id: marker },
  { _bsontype: 'Code', code: marker },
  { toString: marker, toJSON: marker, valueOf: null },
  { length: -1, 0: marker },
  JSON.parse(`{"__proto__":{"chatId":"${marker}"},"constructor":{"prototype":{"polluted":1}}}`),
);

const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    '\0',
    '\ud800',
    '$where',
    '__proto__',
    'constructor',
    `$ne:${marker}`,
    '💥'.repeat(5_000),
  ),
  fc.constant('x'.repeat(100_000)),
);

const ids = ({ foreignChatId, ownChatId, userId }: Targets) =>
  fc.constantFrom<unknown>(
    foreignChatId,
    foreignChatId,
    foreignChatId.toUpperCase(),
    ` ${foreignChatId}`,
    [foreignChatId],
    { $eq: foreignChatId },
    { _id: foreignChatId },
    ownChatId,
    ownChatId,
    ownChatId,
    userId,
    'x'.repeat(12),
    '0'.repeat(24),
  );

function fieldOf(targets: Targets): Arbitrary<unknown> {
  return fc.oneof(
    { weight: 4, arbitrary: ids(targets) },
    { weight: 5, arbitrary: operators },
    { weight: 2, arbitrary: oddText },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<unknown>(null, undefined, true, 0, -1, 1e308, new Uint8Array(64)),
    },
  );
}

function payloadOf(targets: Targets): Arbitrary<unknown> {
  const field = fieldOf(targets);
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record(
        {
          chatId: field,
          text: field,
          isTyping: field,
          tempId: field,
          clientId: field,
          sender: field,
          userId: field,
        },
        { requiredKeys: ['chatId', 'text', 'isTyping'] },
      ),
    },
    { weight: 1, arbitrary: field },
    {
      weight: 1,
      arbitrary: fc.record({ chatId: fc.constant(targets.ownChatId), text: field, tempId: field }),
    },
  );
}

const eventNames = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('send-message', 'typing', 'join-chat', 'leave-chat') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('error', 'message', '__proto__', 'constructor', 'new-message', 'emit'),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
);

/** What socket.io-client can be made to send. */
export function hostileEvents(targets: Targets): Arbitrary<HostileEvent> {
  return fc.record({ name: eventNames, args: fc.array(payloadOf(targets), { minLength: 1, maxLength: 3 }) });
}

/** Frames below socket.io-client: malformed packets of Engine.IO and Socket.IO. */
export function hostileFrames(targets: Targets): Arbitrary<string | Buffer> {
  const packet = fc
    .tuple(
      fc.constantFrom('42', '43', '44', '45', '41', '40', '451-', '459999999-', '42/x,', '420', '4'),
      payloadOf(targets),
    )
    .map(([head, payload]) => head + (JSON.stringify(['send-message', payload]) ?? ''));
  const reserved = fc.constantFrom(
    '42["disconnect"]',
    '42["connect_error",{}]',
    '42["newListener"]',
    '42[]',
    '42{}',
    '42[{"$ne":1}]',
    '43["x"]',
    '431[{}]',
    '451-["send-message",{"_placeholder":true,"num":99}]',
    '40{"token":{"$ne":null}}',
    '40{"pid":"x","offset":"y"}',
    '40/admin,{}',
    '41',
    '0{"sid":"x"}',
    '1',
    '2probe',
    '5',
    '6',
    '9',
  );
  return fc.oneof(
    packet,
    reserved,
    fc.string({ maxLength: 60 }),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  );
}

/** Requests to every old path, with what should not be in them. */
export function hostileRequests(targets: Targets, token: string): Arbitrary<Outgoing> {
  const segment = fc.oneof(
    fc.constant(''),
    ids(targets).map((id) => encodeURIComponent(String(id))),
    oddText.map((text) => encodeURIComponent(text.replace(/[\ud800-\udfff]/g, '')).slice(0, 2_000)),
    fc.constantFrom('%', '%E0%A4%A', '%00', '..', '..%2f..', '%2e%2e', '$ne', '[$ne]', `?_id[$ne]=${marker}`),
  );
  const path = fc
    .tuple(
      fc.constantFrom(
        '/api/messages/chat/',
        '/api/chats/with/',
        '/api/users/',
        '/api/chats/',
        '/api/docs/',
        '/api/',
        '/socket.io/',
      ),
      segment,
      fc.constantFrom(
        '',
        '',
        '?before=1',
        `?before[$gt]=${marker}`,
        '?limit=1e9',
        '?limit=-1',
        '?limit[]=1',
        `?sid=${marker}`,
      ),
    )
    .map((parts) => parts.join(''));
  return fc.record({
    method: fc.constantFrom('GET', 'GET', 'POST', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'),
    path,
    headers: fc.constantFrom<Readonly<Record<string, string>>>(
      { authorization: `Bearer ${token}` },
      { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      { authorization: `Bearer ${token}x` },
      { cookie: `__session=${token}; __session=%00` },
      { authorization: 'Bearer', origin: 'null' },
      {},
    ),
    body: fc.option(
      fc.constantFrom(`{"participantId":{"$ne":"${marker}"}}`, '{"__proto__":{}}', '{', 'x'.repeat(50_000)),
      {
        nil: undefined,
      },
    ),
  });
}
