import type {
  DeleteReportedInput,
  ListReportsInput,
  Report,
  ReportPage,
  ResolveReportInput,
  User,
  UserId,
} from '@whisper/shared';
import { Types } from 'mongoose';
import { z } from 'zod';
import { findWritable } from '../chats/find-writable.ts';
import type { Viewer } from '../identity/viewer.ts';
import { erased } from '../messages/log/changes.ts';
import { decodeCursor, encodeCursor } from '../platform/cursor.ts';
import { AppError } from '../platform/errors.ts';
import { recordAudit } from '../users/audit.ts';
import { findUsers } from '../users/find-users.ts';
import type { ModerationDeps } from './deps.ts';
import { reportModel, type ReportDoc } from './report.model.ts';

const CursorSchema = z.string().regex(/^[0-9a-f]{24}$/);

const reportNotFound = () => new AppError('NOT_FOUND', 'Report not found');

/** What people reported, the newest first. */
export async function listReports(
  { db }: Pick<ModerationDeps, 'db'>,
  { state, cursor, limit }: ListReportsInput,
): Promise<ReportPage> {
  const before = cursor ? { _id: { $lt: new Types.ObjectId(decodeCursor(CursorSchema, cursor)) } } : {};
  const docs = await reportModel(db)
    .find({ ...(state && { state }), ...before })
    .sort({ _id: -1 })
    .limit(limit + 1)
    .lean();
  const page = docs.slice(0, limit);
  const last = page.at(-1);
  return {
    reports: await toReports({ db }, page),
    nextCursor: docs.length > limit && last ? encodeCursor(last._id.toHexString()) : null,
  };
}

/** Says what became of a report. Saying it again changes nothing; saying something else is CONFLICT. */
export async function resolveReport(
  deps: ModerationDeps,
  viewer: Viewer,
  { reportId, outcome, note = '' }: ResolveReportInput,
): Promise<Report> {
  const known = await findReport(deps, reportId);
  if (known.state === 'open') {
    const details = note ? `${outcome}: ${note}` : outcome;
    await recordAudit(deps, { by: viewer.id, action: 'reportResolved', reportId, details });
    const resolution = { outcome, note, by: new Types.ObjectId(viewer.id), at: new Date(deps.clock.now()) };
    await reportModel(deps.db).updateOne(
      { _id: reportId, state: 'open' },
      { $set: { state: 'resolved', resolution } },
    );
  }
  const stored = await findReport(deps, reportId);
  if (stored.resolution?.outcome !== outcome)
    throw new AppError('CONFLICT', 'The report was resolved otherwise');
  const [report] = await toReports(deps, [stored]);
  if (!report) throw reportNotFound();
  return report;
}

/** Erases a message that stands in the evidence of a report, for everyone; what was copied stays. Idempotent. */
export async function deleteReported(
  deps: ModerationDeps,
  viewer: Viewer,
  { reportId, messageId }: DeleteReportedInput,
): Promise<void> {
  const { evidence } = await findReport(deps, reportId);
  const message = evidence.messages.find(({ id }) => id === messageId);
  const chat = message && (await findWritable(deps.db, message.chatId));
  if (!message || !chat) throw new AppError('NOT_FOUND', 'Message not found');
  if (message.kind === 'system') throw new AppError('FORBIDDEN', 'A system message cannot be changed');
  const userId = message.sender.id;
  await recordAudit(deps, {
    by: viewer.id,
    action: 'messageDeleted',
    userId,
    reportId,
    messageId,
    details: '',
  });
  await deps.messageLog.change(chat, { messageId, by: 'nobody', change: erased() });
}

async function findReport({ db }: Pick<ModerationDeps, 'db'>, reportId: string): Promise<ReportDoc> {
  const doc = await reportModel(db).findById(reportId).lean();
  if (!doc) throw reportNotFound();
  return doc;
}

async function toReports({ db }: Pick<ModerationDeps, 'db'>, docs: readonly ReportDoc[]): Promise<Report[]> {
  const idOf = (id: Types.ObjectId) => id.toHexString() as UserId;
  const ids = docs.flatMap(({ reporter, resolution }) => [reporter, ...(resolution ? [resolution.by] : [])]);
  const users = await findUsers({ db }, ids.map(idOf));
  const userOf = (id: Types.ObjectId): User =>
    users.get(idOf(id)) ?? { id: idOf(id), name: 'Deleted user', email: '', avatar: null };
  return docs.map(({ _id, createdAt, reporter, reason, text, evidence, state, resolution }) => ({
    ...{ id: _id.toHexString(), createdAt, reason, text, evidence, state },
    reporter: userOf(reporter),
    resolution: resolution ? { ...resolution, by: userOf(resolution.by) } : null,
  }));
}
