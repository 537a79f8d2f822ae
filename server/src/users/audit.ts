import type { AuditAction, AuditPage, ListAuditInput, MessageId, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../platform/cursor.ts';
import { auditModel } from './audit.model.ts';
import type { UsersDeps } from './deps.ts';
import { findUsers } from './find-users.ts';

type Done = {
  readonly by: UserId;
  readonly action: AuditAction;
  readonly userId?: UserId | undefined;
  readonly reportId?: string;
  readonly messageId?: MessageId;
  readonly details: string;
};

/** Writes down what a moderator is about to do: nothing is done of which nothing is known. There is no way to change it. */
export async function recordAudit(deps: Pick<UsersDeps, 'db' | 'clock'>, done: Done): Promise<void> {
  const { by, action, userId, reportId, messageId, details } = done;
  await auditModel(deps.db).create({
    at: new Date(deps.clock.now()),
    by: new Types.ObjectId(by),
    action,
    details,
    ...(userId && { user: new Types.ObjectId(userId) }),
    ...(reportId && { report: new Types.ObjectId(reportId) }),
    ...(messageId && { message: new Types.ObjectId(messageId) }),
  });
}

const CursorSchema = z.string().regex(/^[0-9a-f]{24}$/);

export async function listAudit(
  { db }: Pick<UsersDeps, 'db'>,
  { cursor, limit }: ListAuditInput,
): Promise<AuditPage> {
  const before = cursor ? { _id: { $lt: new Types.ObjectId(decodeCursor(CursorSchema, cursor)) } } : {};
  const docs = await auditModel(db)
    .find(before)
    .sort({ _id: -1 })
    .limit(limit + 1)
    .lean();
  const page = docs.slice(0, limit);
  const idOf = (id: Types.ObjectId) => id.toHexString() as UserId;
  const users = await findUsers(
    { db },
    page.flatMap(({ by, user }) => [idOf(by), ...(user ? [idOf(user)] : [])]),
  );
  const last = page.at(-1);
  return {
    entries: page.flatMap(({ _id, at, by, action, user, report, message, details }) => {
      const who = users.get(idOf(by));
      if (!who) return [];
      return {
        ...{ id: _id.toHexString(), at, by: who, action, details },
        user: (user && users.get(idOf(user))) ?? null,
        reportId: report?.toHexString() ?? null,
        messageId: (message?.toHexString() as MessageId | undefined) ?? null,
      };
    }),
    nextCursor: docs.length > limit && last ? encodeCursor(last._id.toHexString()) : null,
  };
}
