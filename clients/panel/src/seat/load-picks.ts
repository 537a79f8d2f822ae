import { isRecord } from '../api/outcome.ts';
import { Session } from '../api/session.ts';
import type { ChatPick, FilePick, InChat, MessagePick, Pick, Picks } from './picks.ts';

/** Of how many chats the messages are offered, and of how many groups the members and invitations. */
const chatsMax = 3;
const messagesMax = 20;
const labelLengthMax = 40;

type Row = Readonly<Record<string, unknown>>;

/** Whose session it is. */
type Me = { readonly name: string; readonly isModerator: boolean };

/** The people, chats and messages this session knows. On a fresh server the demo people are introduced first. */
export async function loadPicks(
  session: Session,
  { name: me, isModerator }: Me,
  demoPeople: readonly string[],
): Promise<Picks> {
  const [known, chats, devices, reports] = await Promise.all([
    loadPeople(session),
    loadChats(session),
    loadDevices(session),
    isModerator ? loadReports(session) : [],
  ]);
  const names = new Set([me, ...known.map(({ label }) => label)].map((name) => name.toLowerCase()));
  const strangers = demoPeople.filter((name) => !names.has(name));
  await Promise.all(strangers.map(introduce));
  const groups = chats.filter(({ isManaged }) => isManaged).slice(0, chatsMax);
  const [people, stored, members, invites] = await Promise.all([
    strangers.length > 0 ? loadPeople(session) : known,
    ofEach(chats.slice(0, chatsMax), (chat) => loadMessages(session, chat)),
    ofEach(groups, (group) => loadMembers(session, me, group)),
    ofEach(groups, (group) => loadInvites(session, group)),
  ]);
  const messages = stored.map(([message, chat]) => toMessage(message, me, chat));
  const files = stored.flatMap(([message]) => toFiles(message));
  return { people, chats, messages, members, invites, devices, reports, files };
}

async function ofEach<T>(chats: readonly ChatPick[], load: (chat: ChatPick) => Promise<readonly T[]>) {
  return (await Promise.all(chats.map(load))).flat();
}

async function loadPeople(session: Session): Promise<readonly Pick[]> {
  return (await rows(session, 'user.list', {})).map(toPerson);
}

function toPerson({ id, name }: Row): Pick {
  return { id: String(id), label: String(name) };
}

async function loadChats(session: Session): Promise<readonly ChatPick[]> {
  const chats = await rows(session, 'chat.list', {});
  return chats.map(({ id, kind, myRole, participant, lastMessage }) => ({
    id: String(id),
    label: isRecord(participant) ? String(participant['name']) : '',
    lastSeq: isRecord(lastMessage) ? Number(lastMessage['seq']) : 0,
    isGroup: kind === 'group',
    isManaged: myRole === 'owner' || myRole === 'admin',
  }));
}

/** Newest first, less what nothing can be done to: what was deleted, and what the server says about a group. */
async function loadMessages(
  session: Session,
  chat: ChatPick,
): Promise<readonly (readonly [Row, ChatPick])[]> {
  const stored = await rows(session, 'message.list', { chatId: chat.id, limit: messagesMax });
  return stored
    .filter(({ kind, deletedAt }) => kind === 'text' && deletedAt === null)
    .toReversed()
    .map((message) => [message, chat]);
}

function toMessage({ id, text, attachments, sender }: Row, me: string, chat: ChatPick): MessagePick {
  const names = filesIn(attachments).map(({ name }) => `[${String(name)}]`);
  const shown = [String(text), ...names].join(' ').trim();
  return {
    id: String(id),
    label: `${shown.slice(0, labelLengthMax)} (${chat.label})`,
    chatId: chat.id,
    isMine: isRecord(sender) && isCalled(sender, me),
  };
}

function toFiles({ attachments }: Row): readonly FilePick[] {
  return filesIn(attachments).map(({ fileId, name }) => ({
    id: String(fileId),
    label: String(name),
    state: 'sent',
  }));
}

function filesIn(attachments: unknown): readonly Row[] {
  return Array.isArray(attachments) ? attachments.filter(isRecord) : [];
}

/** The others in a group, first those whom every admin may remove. */
async function loadMembers(session: Session, me: string, { id: chatId }: Pick): Promise<readonly InChat[]> {
  const members = await rows(session, 'chat.members', { chatId });
  return members
    .toReversed()
    .map(({ user }) => user)
    .filter(isRecord)
    .filter((user) => !isCalled(user, me))
    .map((user) => ({ ...toPerson(user), chatId }));
}

async function loadInvites(session: Session, { id: chatId, label }: Pick): Promise<readonly InChat[]> {
  const invites = await rows(session, 'chat.listInvites', { chatId });
  return invites.map(({ code }) => ({ id: String(code), label, chatId }));
}

async function loadDevices(session: Session): Promise<readonly Pick[]> {
  const devices = await rows(session, 'device.list', {});
  return devices.map(({ id, kind, label }) => ({ id: String(id), label: String(label || kind) }));
}

async function loadReports(session: Session): Promise<readonly Pick[]> {
  const reports = await rows(session, 'report.list', {});
  return reports.map(({ id, reason, text }) => ({
    id: String(id),
    label: `${String(reason)} ${String(text)}`.trim(),
  }));
}

function isCalled({ name }: Row, me: string): boolean {
  return String(name).toLowerCase() === me.toLowerCase();
}

/** The server makes a person's account on their first call. */
async function introduce(name: string): Promise<void> {
  const session = new Session({ kind: 'name', name });
  await session.call({ path: 'auth.me', kind: 'query', input: undefined, transport: 'http' });
  session.close();
}

/** What a query lists: the first list in its answer, empty when it is refused. */
async function rows(session: Session, path: string, input: object): Promise<readonly Row[]> {
  const answer = await session.ask(path, input);
  const list = isRecord(answer) ? Object.values(answer).find(Array.isArray) : [];
  return Array.isArray(list) ? list.filter(isRecord) : [];
}
