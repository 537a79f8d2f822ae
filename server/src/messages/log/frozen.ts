import type { UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import type { ChangeMessage } from './change-message.ts';
import type { Content, MessageDoc } from './message.model.ts';

/** The message as it is to a person; to nobody in particular, it is as it was last changed. */
export function asSeenBy(doc: MessageDoc, viewerId: UserId | undefined): MessageDoc {
  const mine = viewerId && doc.frozen?.find((each) => each.for.toHexString() === viewerId);
  if (!mine) return doc;
  const { for: _, ...content } = mine;
  return { ...withoutContent(doc), ...content };
}

/** What the message says to a person. */
export function textSeenBy({ text, frozen }: Pick<MessageDoc, 'text' | 'frozen'>, viewerId: UserId): string {
  return frozen?.find((each) => each.for.toHexString() === viewerId)?.text ?? text;
}

/** Those from whom changes of the message are kept: they are told of none. */
export function keptFrom({ frozen = [] }: MessageDoc): UserId[] {
  return frozen.map((each) => each.for.toHexString() as UserId);
}

/** The changed message, which stays what it was to those who are not to see the change. A deletion is for everyone. */
export function frozenFor(userIds: readonly UserId[], before: MessageDoc, next: MessageDoc): MessageDoc {
  const known = keptFrom(before);
  const missing = userIds.filter((userId) => !known.includes(userId));
  if (missing.length === 0 || next.deletedAt) return next;
  const { text, mentions, editedAt, pinnedAt, reactions, edits } = before;
  const content = {
    text,
    ...(mentions && { mentions }),
    ...(editedAt && { editedAt }),
    ...(pinnedAt && { pinnedAt }),
    ...(reactions && { reactions }),
    ...(edits && { edits }),
  };
  const added = missing.map((userId) => ({ for: new Types.ObjectId(userId), ...content }));
  return { ...next, frozen: [...(before.frozen ?? []), ...added] };
}

/** To that person the message is again what it is to everyone. */
export function thawed(userId: UserId): ChangeMessage {
  return (doc) => {
    const left = (doc.frozen ?? []).filter((each) => each.for.toHexString() !== userId);
    if (left.length === (doc.frozen ?? []).length) return doc;
    const { frozen: _, ...rest } = doc;
    return left.length > 0 ? { ...rest, frozen: left } : rest;
  };
}

function withoutContent(doc: MessageDoc): Omit<MessageDoc, keyof Content> {
  const { text: _text, mentions: _mentions, editedAt: _editedAt, pinnedAt: _pinnedAt, ...rest } = doc;
  const { reactions: _reactions, edits: _edits, ...bare } = rest;
  return bare;
}
