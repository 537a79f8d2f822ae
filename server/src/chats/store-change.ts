import type { ChatId, Role, UserId } from '@whisper/shared';
import { limits } from '@whisper/shared';
import { mongo, Types, type AnyBulkWriteOperation, type Connection as Database } from 'mongoose';
import { findBlockers } from '../users/blocks.ts';
import { chatModel } from './chat.model.ts';
import { toUserId, toUserIds } from './chat.view.ts';
import { memberModel, type MemberDoc } from './member.model.ts';
import { comingBy, leavingBy, withChange, type Group, type LoggedChange } from './group-change.ts';

/** The group as its documents have it, which may be behind its log; undefined when there is no such group. */
export async function readGroup(db: Database, chatId: ChatId): Promise<Group | undefined> {
  const _id = new Types.ObjectId(chatId);
  const doc = await chatModel(db).findOne({ _id, kind: 'group' }).lean();
  if (!doc) return undefined;
  // Members that are ahead of the chat are put right by the changes that follow, each of which is applied again.
  const members = await memberModel(db)
    .find({ chat: _id, leftAt: null }, { user: 1, role: 1, joinedRev: 1 })
    .lean();
  const roles = new Map(members.map(({ user, role }) => [toUserId(user), role ?? 'member']));
  const participants = toUserIds(doc);
  return {
    chatId,
    rev: doc.membersRev ?? 0,
    name: doc.name ?? '',
    avatar: doc.avatar ?? null,
    historyVisible: doc.historyVisible ?? true,
    slowModeSeconds: doc.slowModeSeconds ?? 0,
    readOnly: doc.readOnly ?? false,
    retentionDays: doc.retentionDays ?? null,
    isLarge: doc.isLarge ?? false,
    participants,
    roles: new Map(participants.map((userId) => [userId, roles.get(userId) ?? 'member'])),
    joinedRevs: new Map(members.map(({ user, joinedRev }) => [toUserId(user), joinedRev ?? 0])),
  };
}

/** Whether the documents of a group follow the change with that rev already. */
export async function isStored(db: Database, { chatId }: Group, { rev }: LoggedChange): Promise<boolean> {
  return (await chatModel(db).exists({ _id: chatId, membersRev: { $gte: rev } })) !== null;
}

/**
 * Brings the documents of a group, and of the people it concerns, to where they are after a change that follows `group`.
 * Doing it again, or late, or at the same time as another node, changes nothing: each document knows the rev it follows.
 */
export async function storeChange(db: Database, group: Group, logged: LoggedChange): Promise<Group> {
  const next = withChange(group, logged);
  const { change, by } = logged;
  const added = change.type === 'memberAdded' ? change.userIds : [];
  await writeMembers(db, toMemberWrites(next, logged, await findBlockers(db, by, added)));
  const isLarge = group.isLarge || next.participants.length > limits.smallChatMax;
  const { name, avatar, historyVisible, slowModeSeconds, readOnly, retentionDays, rev } = next;
  await chatModel(db).updateOne(
    { _id: new Types.ObjectId(group.chatId), membersRev: { $lt: rev } },
    {
      $set: {
        participants: next.participants.map((id) => new Types.ObjectId(id)),
        membersRev: rev,
        name,
        avatar,
        historyVisible,
        slowModeSeconds,
        readOnly,
        ...(retentionDays !== null && { retentionDays }),
        ...(isLarge && { isLarge }),
      },
      ...(retentionDays === null && { $unset: { retentionDays: 1 } }),
      $max: { marksAt: logged.at, changedAt: logged.at },
    },
  );
  return { ...next, isLarge };
}

/** A document that is ahead already refuses to be made a second time. */
async function writeMembers(db: Database, writes: AnyBulkWriteOperation<MemberDoc>[]): Promise<void> {
  if (writes.length === 0) return;
  try {
    await memberModel(db).bulkWrite(writes, { ordered: false });
  } catch (error) {
    const isKnown = error instanceof mongo.MongoBulkWriteError && !error.result.getWriteConcernError();
    if (!isKnown || [error.writeErrors].flat().some(({ code }) => code !== 11000)) throw error;
  }
}

function toMemberWrites(
  group: Group,
  logged: LoggedChange,
  unwilling: ReadonlySet<UserId>,
): AnyBulkWriteOperation<MemberDoc>[] {
  const { change, at, rev, by, isLate } = logged;
  const coming = [...comingBy(logged)].map(([userId, role]) =>
    toComing(group, logged, { userId, role, isUnwilling: unwilling.has(userId) }),
  );
  const toWrite = (userId: UserId, fields: Partial<MemberDoc>) => ({
    updateOne: {
      filter: toFilter(group.chatId, userId, rev),
      update: { $set: { rev, ...fields }, $max: { changedAt: at, mineAt: at } },
    },
  });
  const leaving = leavingBy(logged);
  return [
    ...coming,
    ...(leaving ? [toWrite(leaving, { leftAt: at, wasRemoved: leaving !== by })] : []),
    ...(change.type === 'roleChanged' ? [toWrite(change.userId, { role: change.role })] : []),
    ...(isLate ? toTouches(group.chatId, logged) : []),
  ];
}

/** Of people to whom somebody applied it who died before the group was as it says: it is told as of now. */
function toTouches(chatId: ChatId, logged: LoggedChange): AnyBulkWriteOperation<MemberDoc>[] {
  const { change, at, rev } = logged;
  const coming = [...comingBy(logged).keys()];
  const others = [leavingBy(logged) ?? [], change.type === 'roleChanged' ? change.userId : []].flat();
  const toTouch = (userId: UserId, times: Partial<MemberDoc>) => ({
    updateOne: {
      filter: { ...toFilter(chatId, userId, rev), rev },
      update: { $max: { changedAt: at, mineAt: at, ...times } },
    },
  });
  return [
    ...coming.map((userId) => toTouch(userId, { joinedAt: at })),
    ...others.map((userId) => toTouch(userId, {})),
  ];
}

type Coming = {
  readonly userId: UserId;
  readonly role: Role;
  /** They block whoever brings them in. */
  readonly isUnwilling: boolean;
};

const forEver = new Date('9999-01-01T00:00:00Z');

/**
 * What was there before somebody came counts as read, and is shown to them only when the group says so. Whom one blocks cannot be
 * refused without knowing why: the group that they bring one into is put away and silent instead.
 */
function toComing(
  { chatId, historyVisible }: Group,
  { rev, seq, at }: LoggedChange,
  { userId, role, isUnwilling }: Coming,
): AnyBulkWriteOperation<MemberDoc> {
  const isHidden = !historyVisible && seq > 1;
  return {
    updateOne: {
      filter: toFilter(chatId, userId, rev),
      update: {
        $set: {
          role,
          rev,
          joinedAt: at,
          joinedRev: rev,
          cameSeq: seq,
          ...(isHidden && { joinedSeq: seq - 1, isPartial: true }),
          ...(isUnwilling && { mutedUntil: forEver, archivedAt: at }),
        },
        $max: { readSeq: seq, deliveredSeq: seq, changedAt: at },
        $unset: {
          leftAt: 1,
          wasRemoved: 1,
          unread: 1,
          pinnedAt: 1,
          ...(!isUnwilling && { mutedUntil: 1, archivedAt: 1 }),
          ...(!isHidden && { joinedSeq: 1 }),
        },
      },
      upsert: true,
    },
  };
}

function toFilter(chatId: ChatId, userId: UserId, rev: number) {
  return { chat: new Types.ObjectId(chatId), user: new Types.ObjectId(userId), rev: { $lt: rev } };
}
