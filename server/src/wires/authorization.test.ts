import type { ChatId } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock, startTestServer, uploadFile, type TestServer } from '../testing/index.ts';
import { TestClient } from '../testing/test-client.ts';

/** What somebody is to the group that is asked about. */
const roles = [
  'anonymous',
  'suspended',
  'outsider',
  'moderator',
  'removed',
  'blocked',
  'member',
  'admin',
  'owner',
] as const;
type Role = (typeof roles)[number];

/** What a call names; made anew for each call of each person, so that no call finds what another did. */
type Ground = {
  readonly chatId: ChatId;
  /** Of the owner. */
  readonly messageId: string;
  /** Of whoever asks, written while they were in the group; of the owner for who never was. */
  readonly ownId: string;
  /** A member whom nobody else is. */
  readonly otherId: string;
  /** In the owner’s message. */
  readonly fileId: string;
  /** Of whoever asks, in no message yet. */
  readonly ownFileId: string;
  readonly code: string;
  readonly uuid: string;
  /** Nobody of the others. */
  readonly victimId: string;
  readonly reportId: string;
  readonly reportedId: string;
};

/** Who is let in; everybody else in the group hears FORBIDDEN, and outside of it NOT_FOUND. */
const everyone = ['blocked', 'member', 'admin', 'owner'] as const;
const admins = ['admin', 'owner'] as const;
const owners = ['owner'] as const;
/** Procedures that name nothing of a chat: whoever is signed in. */
const anybody = ['outsider', 'moderator', 'removed', 'blocked', 'member', 'admin', 'owner'] as const;

type Row = {
  readonly allowed: readonly Role[];
  readonly input: (ground: Ground) => unknown;
  /** What it names is no secret: whoever is signed in hears FORBIDDEN. */
  readonly isOpen?: boolean;
};

const ofChat = (allowed: readonly Role[], more: object | ((ground: Ground) => object) = {}): Row => ({
  allowed,
  input: (ground) => ({ chatId: ground.chatId, ...(typeof more === 'function' ? more(ground) : more) }),
});
const ofMessage = (allowed: readonly Role[], id: 'messageId' | 'ownId', more: object = {}): Row => ({
  allowed,
  input: (ground) => ({ messageId: ground[id], ...more }),
});
const ofModerators = (input: Row['input'] = () => ({})): Row => ({
  allowed: ['moderator'],
  input,
  isOpen: true,
});
const free = (input: Row['input'] = () => undefined): Row => ({ allowed: anybody, input });

/** Every procedure, and who may call it. A new one has no row yet, and fails. */
const matrix: Readonly<Record<string, Row | readonly Row[]>> = {
  'auth.sync': free(),
  'auth.me': free(),
  'user.list': free(() => ({})),
  'user.get': free(({ otherId }) => ({ userId: otherId })),
  'user.block': free(({ otherId }) => ({ userId: otherId })),
  'user.unblock': free(({ otherId }) => ({ userId: otherId })),
  'user.blocked': free(() => ({})),
  'user.suspend': ofModerators(({ victimId }) => ({ userId: victimId, until: null, reason: 'x' })),
  'user.unsuspend': ofModerators(({ victimId }) => ({ userId: victimId })),
  'report.create': [
    ofMessage(everyone, 'messageId', { reason: 'spam' }),
    ofChat(everyone, { reason: 'spam' }),
    free(({ otherId }) => ({ userId: otherId, reason: 'spam' })),
  ],
  'report.list': ofModerators(),
  'report.resolve': ofModerators(({ reportId }) => ({ reportId, outcome: 'dismissed' })),
  'report.deleteMessage': ofModerators(({ reportId, reportedId }) => ({ reportId, messageId: reportedId })),
  'audit.list': ofModerators(),
  'presence.list': free(),
  'presence.onChange': free(),
  'me.export': free(),
  'presence.hide': free(() => ({ hidden: true })),
  'device.register': free(({ uuid }) => ({ kind: 'expo', token: `ExpoPushToken[${uuid}]` })),
  'device.list': free(),
  // Of a device that is another person's it says what it says of none.
  'device.remove': free(({ otherId }) => ({ deviceId: otherId })),
  'device.settings': free(),
  'device.setSettings': free(() => ({ showText: true })),
  'device.setForeground': free(() => ({ foreground: true })),
  'chat.list': free(() => ({})),
  'chat.openDirect': free(({ otherId }) => ({ userId: otherId })),
  'chat.createGroup': free(({ uuid }) => ({ name: 'Mine', memberIds: [], clientId: uuid })),
  'chat.onChange': free(() => ({})),
  'chat.join': {
    allowed: ['outsider', 'moderator', 'blocked', 'member', 'admin', 'owner'],
    input: ({ code }) => ({ code }),
  },
  'chat.get': ofChat(everyone),
  'chat.members': ofChat(everyone),
  'chat.readers': ofChat(everyone, { seq: 1 }),
  'chat.explainUnread': ofChat(everyone),
  'chat.setMine': ofChat(everyone, { pinned: true }),
  'chat.markRead': ofChat(everyone, { seq: 1 }),
  'chat.markUnread': ofChat(everyone, { seq: 1 }),
  'chat.markDelivered': ofChat(everyone, { seq: 1 }),
  'chat.update': ofChat(admins, { name: 'Another' }),
  'chat.addMembers': ofChat(admins, ({ otherId }) => ({ userIds: [otherId] })),
  'chat.removeMember': ofChat(admins, ({ otherId }) => ({ userId: otherId })),
  'chat.setRole': ofChat(owners, ({ otherId }) => ({ userId: otherId, role: 'admin' })),
  'chat.leave': ofChat(['blocked', 'member', 'admin']),
  'chat.createInvite': ofChat(admins),
  'chat.listInvites': ofChat(admins),
  'chat.revokeInvite': ofChat(admins, ({ code }) => ({ code })),
  'file.create': free(({ uuid }) => ({ name: 'x', type: '', size: 1, clientId: uuid })),
  'file.get': { allowed: everyone, input: ({ fileId }) => ({ fileId }) },
  'file.describe': free(({ ownFileId }) => ({ fileId: ownFileId, alt: 'x' })),
  'message.list': ofChat(everyone),
  'message.search': ofChat(everyone, { query: 'x' }),
  'message.changes': ofChat(everyone, { afterRev: 0 }),
  'message.send': ofChat(everyone, ({ uuid }) => ({ text: 'x', clientId: uuid })),
  'message.edit': [
    ofMessage(everyone, 'ownId', { text: 'x' }),
    ofMessage(owners, 'messageId', { text: 'x' }),
  ],
  'message.delete': [
    ofMessage(everyone, 'ownId', { for: 'everyone' }),
    ofMessage(admins, 'messageId', { for: 'everyone' }),
    ofMessage(everyone, 'messageId', { for: 'me' }),
  ],
  'message.react': ofMessage(everyone, 'messageId', { emoji: '👍', on: true }),
  'message.pin': ofMessage(everyone, 'messageId', { on: true }),
  'message.forward': {
    allowed: everyone,
    input: ({ messageId, chatId, uuid }) => ({ messageId, toChatId: chatId, clientId: uuid }),
  },
  'message.edits': ofMessage(everyone, 'messageId'),
  'message.trace': [
    ofMessage([...everyone, 'moderator'], 'ownId'),
    ofMessage([...owners, 'moderator'], 'messageId'),
  ],
  'message.onEvent': ofChat(everyone),
  'message.onNew': ofChat(everyone),
  'typing.set': ofChat(everyone, { isTyping: true }),
  'typing.onChange': ofChat(everyone),
};

/** It takes a token and not what it is about, or ends whoever asks: whoever has no valid token is refused as anonymous. */
const apart = ['auth.refresh', 'me.erase'];

let server: TestServer;
const tokens = new Map<Role, string>();
let people: Readonly<Record<Exclude<Role, 'anonymous'> | 'other' | 'victim', TestClient>>;
let report: Pick<Ground, 'victimId' | 'reportId' | 'reportedId'>;
beforeAll(async () => {
  // Time stands still, so that nobody's token runs out.
  const env = { PUSH: 'on', MODERATORS: 'moderator@example.test, nobody@example.test' };
  server = await startTestServer({ clock: new ManualClock(), env });
  const open = async (name: string) => TestClient.open(server.url, await server.tokenFor(name));
  const [suspended, outsider, moderator, removed, blocked] = await Promise.all([
    open('suspended'),
    open('outsider'),
    open('moderator'),
    open('removed'),
    open('blocked'),
  ]);
  const [member, admin, owner, other, victim] = await Promise.all([
    open('member'),
    open('admin'),
    open('owner'),
    open('other'),
    open('victim'),
  ]);
  people = { suspended, outsider, moderator, removed, blocked, member, admin, owner, other, victim };
  await Promise.all(roles.slice(1).map(async (role) => tokens.set(role, await server.tokenFor(role))));
  await other.api.user.block.mutate({ userId: blocked.me.id });
  const { id: chatId } = await owner.api.chat.openDirect.mutate({ userId: victim.me.id });
  const { id: reportedId } = await victim.api.message.send.mutate({
    chatId,
    text: 'x',
    clientId: randomUUID(),
  });
  const { reportId } = await owner.api.report.create.mutate({ messageId: reportedId, reason: 'spam' });
  report = { victimId: victim.me.id, reportId, reportedId };
  await moderator.api.user.suspend.mutate({ userId: suspended.me.id, until: null, reason: 'x' });
});
afterAll(async () => {
  await Promise.all(Object.values(people).map((client) => client.close()));
  await server[Symbol.asyncDispose]();
});

let uploading: Promise<unknown> = Promise.resolve();

/** Only so many files may be on their way at once. */
function uploadInTurn(client: TestClient): ReturnType<typeof uploadFile> {
  const upload = uploading.then(() => uploadFile(server, client));
  uploading = upload.catch(() => undefined);
  return upload;
}

type Files = Pick<Ground, 'fileId' | 'ownFileId'>;

/** A file for the owner’s message, and one of whoever asks. */
async function makeFiles(role: Role): Promise<Files> {
  const asker = role === 'anonymous' || role === 'suspended' ? people.owner : people[role];
  const { fileId: ownFileId } = await asker.api.file.create.mutate({
    name: 'x',
    type: '',
    size: 1,
    clientId: randomUUID(),
  });
  return { fileId: await uploadInTurn(people.owner), ownFileId };
}

/** A group in which everybody is what their name says. Files that are given lie in the message of another. */
async function makeGround(role: Role, given?: Files): Promise<Ground> {
  const { owner, admin, member, blocked, removed, other } = people;
  const { api } = owner;
  const memberIds = [admin, member, blocked, removed, other].map(({ me }) => me.id);
  const { id: chatId } = await api.chat.createGroup.mutate({ name: 'G', memberIds, clientId: randomUUID() });
  await api.chat.setRole.mutate({ chatId, userId: admin.me.id, role: 'admin' });
  const write = (client: TestClient) =>
    client.api.message.send.mutate({ chatId, text: 'x', clientId: randomUUID() });
  const { fileId, ownFileId } = given ?? (await makeFiles(role));
  const message = await owner.api.message.send.mutate({
    chatId,
    text: 'x',
    clientId: randomUUID(),
    ...(!given && { attachmentIds: [fileId] }),
  });
  const isWriter = role === 'removed' || everyone.some((each) => each === role);
  const own = isWriter && role !== 'anonymous' ? await write(people[role]) : message;
  const { code } = await api.chat.createInvite.mutate({ chatId });
  await api.chat.removeMember.mutate({ chatId, userId: removed.me.id });
  return {
    chatId,
    messageId: message.id,
    ownId: own.id,
    otherId: other.me.id,
    fileId,
    ownFileId,
    code,
    uuid: randomUUID(),
    ...report,
  };
}

const shared = new Map<Role, Promise<Ground>>();

/** A call that is refused, or only reads, leaves the ground as it was for the next one; no other changes a file. */
async function groundFor(role: Role, isChanging: boolean): Promise<Ground> {
  const known = shared.get(role) ?? makeGround(role);
  shared.set(role, known);
  return isChanging ? makeGround(role, await known) : known;
}

const absent: Ground = {
  chatId: 'f'.repeat(24) as ChatId,
  messageId: 'f'.repeat(24),
  ownId: 'f'.repeat(24),
  otherId: 'f'.repeat(24),
  fileId: 'f'.repeat(24),
  ownFileId: 'f'.repeat(24),
  code: 'f'.repeat(24),
  uuid: randomUUID(),
  victimId: 'f'.repeat(24),
  reportId: 'f'.repeat(24),
  reportedId: 'f'.repeat(24),
};

type Kind = 'query' | 'mutation' | 'subscription';

/** The answer as bytes: of a subscription the first event, or the refusal. */
async function call(path: string, kind: Kind, { role, input }: { role: Role; input: unknown }) {
  const json = JSON.stringify(input === undefined ? undefined : { json: input });
  const query = kind !== 'mutation' && json ? `?input=${encodeURIComponent(json)}` : '';
  const token = tokens.get(role);
  const ended = new AbortController();
  const response = await fetch(`${server.url}/trpc/${path}${query}`, {
    method: kind === 'mutation' ? 'POST' : 'GET',
    signal: ended.signal,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(kind === 'mutation' && { 'content-type': 'application/json' }),
      ...(kind === 'subscription' && { accept: 'text/event-stream' }),
    },
    ...(kind === 'mutation' && json && { body: json }),
  });
  const body = kind === 'subscription' ? await readUntilSettled(response) : await response.text();
  ended.abort();
  const code = /"code":"([A-Z_]+)"/.exec(body)?.[1] ?? 'OK';
  return { code, body };
}

/** A stream that lives says so with its first comment or event; a refused one says why. */
async function readUntilSettled({ body }: Response): Promise<string> {
  let text = '';
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString();
    if (/event: connected/.test(text) || /"code":"/.test(text)) return text;
  }
  return text;
}

const kindOf = (path: string): Kind =>
  (server.server.router._def.procedures as unknown as Record<string, { _def: { type: Kind } }>)[path]?._def
    .type ?? 'query';

const rows = Object.entries(matrix).flatMap(([path, row]) =>
  [row].flat().map((each) => [path, each] as const),
);

describe('every procedure', () => {
  it('has a row here', () => {
    const procedures = Object.keys(server.server.router._def.procedures);
    expect([...Object.keys(matrix), ...apart].toSorted()).toEqual(procedures.toSorted());
  });

  it.each(rows)('%s lets in whom it should, and refuses the others in the same words', async (path, row) => {
    const kind = kindOf(path);
    const check = async (role: Role) => {
      const isChanging = kind === 'mutation' && row.allowed.includes(role) && row.allowed !== anybody;
      const [here, nowhere] = await Promise.all([
        groundFor(role, isChanging).then((ground) => call(path, kind, { role, input: row.input(ground) })),
        call(path, kind, { role, input: row.input(absent) }),
      ]);
      const isInGroup = everyone.some((each) => each === role);
      if (row.allowed.includes(role)) expect([role, here.code]).toEqual([role, 'OK']);
      else if (role === 'anonymous') expect([role, here.code]).toEqual([role, 'UNAUTHORIZED']);
      else if (role === 'suspended' || row.isOpen) expect([role, here.code]).toEqual([role, 'FORBIDDEN']);
      else if (isInGroup)
        expect([role, here.code]).toEqual([role, expect.stringMatching(/FORBIDDEN|CONFLICT/)]);
      else expect([role, here.code]).toEqual([role, 'NOT_FOUND']);
      if (!row.allowed.includes(role) && !isInGroup) expect(here.body).toBe(nowhere.body);
    };
    await Promise.all(roles.map(check));
  });
});
