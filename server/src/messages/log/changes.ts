import { limits, type UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import type { GroupChange } from '../../chats/group-change.ts';
import { AppError } from '../../platform/errors.ts';
import type { ChangeMessage } from './change-message.ts';
import type { Content as MessageContent, MessageDoc } from './message.model.ts';

type Content = { readonly text: string; readonly mentions: readonly UserId[] };

/** Another text; what it replaces is kept among the edits. The same text changes nothing. */
export function edited({ text, mentions }: Content): ChangeMessage {
  return (doc, now) => {
    requireContent(doc);
    if (text === '' && !doc.attachments?.length)
      throw new AppError('BAD_REQUEST', 'A message without files needs words');
    const named = mentions.map((id) => new Types.ObjectId(id));
    const before = doc.mentions ?? [];
    const isSame = doc.text === text && String(before) === String(named);
    if (isSame) return doc;
    const replaced = { text: doc.text, mentions: before, at: doc.editedAt ?? doc.createdAt };
    return {
      ...doc,
      text,
      mentions: named,
      editedAt: now,
      edits: keepEdits([...(doc.edits ?? []), replaced]),
    };
  };
}

/** The place alone: everything that was said is gone from the database. */
export function erased(): ChangeMessage {
  return (doc, now) => {
    if (doc.deletedAt) return doc;
    const { _id, chat, sender, clientId, seq, rev, changedAt, createdAt, updatedAt } = doc;
    return {
      _id,
      chat,
      sender,
      clientId,
      seq,
      rev,
      changedAt,
      createdAt,
      updatedAt,
      text: '',
      deletedAt: now,
    };
  };
}

type Leaving = { readonly userId: UserId; readonly standInId: UserId };

/**
 * What is left when a person is erased: of their own messages the place, of a system message what happened, of others' messages
 * everything but the person. Where they have to be somebody the stand-in is.
 */
export function withoutPerson({ userId, standInId }: Leaving): ChangeMessage {
  const isThem = (id: Types.ObjectId) => id.toHexString() === userId;
  const standIn = (id: Types.ObjectId) => (isThem(id) ? new Types.ObjectId(standInId) : id);
  const named = (content: MessageContent) => withoutNamed(content, isThem);
  return (doc, now) => {
    const isOwn = isThem(doc.sender);
    const kept = isOwn && !doc.system ? erased()(doc, now) : doc;
    const { forwardedFrom, frozen, system } = kept;
    const next = {
      ...kept,
      ...named(kept),
      ...(frozen && {
        frozen: frozen.filter((each) => !isThem(each.for)).map((each) => ({ ...each, ...named(each) })),
      }),
      ...(isOwn && { sender: standIn(doc.sender), clientId: doc._id.toHexString() }),
      ...(forwardedFrom && {
        forwardedFrom: { ...forwardedFrom, sender: standIn(forwardedFrom.sender) },
      }),
      ...(system && { system: withStandIn(system, { userId, standInId }) }),
    };
    return JSON.stringify(next) === JSON.stringify(doc) ? doc : next;
  };
}

/** Of what a message says, what names somebody: without them. */
function withoutNamed(
  { mentions, reactions, edits }: MessageContent,
  isThem: (id: Types.ObjectId) => boolean,
) {
  const without = (ids: readonly Types.ObjectId[]) => ids.filter((id) => !isThem(id));
  return {
    ...(mentions && { mentions: without(mentions) }),
    ...(reactions && {
      reactions: reactions
        .map((each) => ({ ...each, users: without(each.users) }))
        .filter(({ users }) => users.length > 0),
    }),
    ...(edits && { edits: edits.map((each) => ({ ...each, mentions: without(each.mentions) })) }),
  };
}

function withStandIn(change: GroupChange, { userId, standInId }: Leaving): GroupChange {
  const standIn = (id: UserId) => (id === userId ? standInId : id);
  switch (change.type) {
    case 'memberAdded':
      return { ...change, userIds: change.userIds.map(standIn) };
    case 'memberRemoved':
    case 'roleChanged':
      return { ...change, userId: standIn(change.userId) };
    case 'created':
    case 'memberJoined':
    case 'memberLeft':
    case 'renamed':
    case 'avatarChanged':
    case 'historyChanged':
    case 'slowModeChanged':
    case 'readOnlyChanged':
    case 'retentionChanged':
      return change;
  }
}

type Reacting = { readonly userId: UserId; readonly emoji: string; readonly on: boolean };

/** A person reacts with an emoji, or does not any more. */
export function reacted({ userId, emoji, on }: Reacting): ChangeMessage {
  return (doc) => {
    requireContent(doc);
    const reactions = doc.reactions ?? [];
    const users = reactions.find((each) => each.emoji === emoji)?.users ?? [];
    const has = users.some((id) => id.toHexString() === userId);
    if (has === on) return doc;
    const rest = on
      ? [...users, new Types.ObjectId(userId)]
      : users.filter((id) => id.toHexString() !== userId);
    const isNew = users.length === 0;
    if (isNew && reactions.length >= limits.reactionsMax) {
      throw new AppError('BAD_REQUEST', `A message has at most ${limits.reactionsMax} different reactions`);
    }
    const changed = isNew
      ? [...reactions, { emoji, users: rest }]
      : reactions.map((each) => (each.emoji === emoji ? { emoji, users: rest } : each));
    return { ...doc, reactions: changed.filter((each) => each.users.length > 0) };
  };
}

/** Pinning what is pinned changes nothing, so the moment stays that of the first time. */
export function pinned(on: boolean): ChangeMessage {
  return (doc, now) => {
    requireContent(doc);
    if (on === (doc.pinnedAt !== undefined)) return doc;
    const { pinnedAt: _, ...rest } = doc;
    return on ? { ...rest, pinnedAt: now } : rest;
  };
}

function requireContent({ deletedAt }: MessageDoc): void {
  if (deletedAt) throw new AppError('CONFLICT', 'The message was deleted');
}

/** The first text says what was sent, so it stays; of the others the latest. */
function keepEdits(edits: NonNullable<MessageDoc['edits']>): NonNullable<MessageDoc['edits']> {
  return edits.length <= limits.editsMax
    ? edits
    : [...edits.slice(0, 1), ...edits.slice(1 - limits.editsMax)];
}
