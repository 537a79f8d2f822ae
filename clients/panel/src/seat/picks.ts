/** A value to choose for a field, by what a person calls it. */
export type Pick = { readonly id: string; readonly label: string };
/** One that belongs to a chat. */
export type InChat = Pick & { readonly chatId: string };
export type MessagePick = InChat & { readonly isMine: boolean };
/** `made`: its bytes are not there yet. `sent`: it is in a message. */
export type FilePick = Pick & { readonly state: 'made' | 'uploaded' | 'sent' };
export type ChatPick = Pick & {
  readonly lastSeq: number;
  readonly isGroup: boolean;
  /** A group that this person owns or administers. */
  readonly isManaged: boolean;
};

export type Picks = {
  readonly people: readonly Pick[];
  /** The one with the newest message first. */
  readonly chats: readonly ChatPick[];
  /** The newest messages of the newest chats, newest first. */
  readonly messages: readonly MessagePick[];
  /** The others in the groups that this person manages. */
  readonly members: readonly InChat[];
  /** The invitations to them, by their codes. */
  readonly invites: readonly InChat[];
  /** Those of this person that receive pushes. */
  readonly devices: readonly Pick[];
  /** What waits for moderators, when this person is one. */
  readonly reports: readonly Pick[];
  /** Those that were made here, and those of the messages. */
  readonly files: readonly FilePick[];
};

export const noPicks: Picks = {
  people: [],
  chats: [],
  messages: [],
  members: [],
  invites: [],
  devices: [],
  reports: [],
  files: [],
};

/** What a direct chat refuses. */
const ofGroups = [
  'chat.update',
  'chat.addMembers',
  'chat.removeMember',
  'chat.leave',
  'chat.setRole',
  'chat.createInvite',
  'chat.listInvites',
  'chat.revokeInvite',
];
const ofMembers = ['chat.removeMember', 'chat.setRole'];

export function isOfGroups(path: string): boolean {
  return ofGroups.includes(path);
}

/** What may be chosen for a procedure; what belongs to a chat only of the chosen one. */
export function picksFor(path: string, picks: Picks, chosenId?: string): Picks {
  const chats = isOfGroups(path) ? groupsOf(picks) : picks.chats;
  const chatId = chosenId || (isOfGroups(path) ? chats[0]?.id : undefined);
  const ofChat = <T extends InChat>(all: readonly T[]) =>
    chatId === undefined ? all : all.filter((each) => each.chatId === chatId);
  const members = ofChat(picks.members);
  return {
    chats,
    people: peopleFor(path, picks.people, members),
    messages: ofChat(picks.messages),
    members,
    invites: ofChat(picks.invites),
    devices: picks.devices,
    reports: picks.reports,
    files: filesFor(path, picks.files),
  };
}

/** What a message has cannot be described or sent any more, and of what has no bytes there is no link. */
function filesFor(path: string, files: readonly FilePick[]): readonly FilePick[] {
  if (path === 'file.describe') return files.filter(({ state }) => state !== 'sent');
  if (path === 'message.send') return files.filter(({ state }) => state === 'uploaded');
  return files.filter(({ state }) => state !== 'made');
}

/** Those in which everything may be done come first. */
function groupsOf({ chats }: Picks): readonly ChatPick[] {
  const groups = chats.filter(({ isGroup }) => isGroup);
  return groups.toSorted((one, other) => Number(other.isManaged) - Number(one.isManaged));
}

function peopleFor(path: string, people: readonly Pick[], members: readonly Pick[]): readonly Pick[] {
  if (ofMembers.includes(path)) return members;
  if (path !== 'chat.addMembers') return people;
  const outsiders = people.filter(({ id }) => !members.some((member) => member.id === id));
  return outsiders.length > 0 ? outsiders : people;
}

/** Starting values for fields that name a person, a chat, a message or a place; `partner` is preferred. */
export function hintsFrom(
  { people, chats, messages, invites, devices, reports, files }: Picks,
  partner: string,
): Readonly<Record<string, unknown>> {
  const isPartner = ({ label }: Pick) => label.toLowerCase() === partner.toLowerCase();
  const person = people.find(isPartner) ?? people[0];
  const some = person ? [person.id] : [];
  const chat = chats.find(isPartner) ?? chats[0];
  // Of one's own messages everything may be asked.
  const message = messages.find(({ isMine }) => isMine) ?? messages[0];
  return {
    userId: person?.id ?? '',
    senderId: person?.id ?? '',
    userIds: some,
    memberIds: some,
    chatId: chat?.id ?? '',
    toChatId: chat?.id ?? '',
    messageId: message?.id ?? '',
    code: invites[0]?.id ?? '',
    deviceId: devices[0]?.id ?? '',
    reportId: reports[0]?.id ?? '',
    fileId: files[0]?.id ?? '',
    seq: chat?.lastSeq ?? 0,
  };
}
