import type { Evidence, Report, ReportReason } from '@whisper/shared';
import { Schema, type Connection, type Model, type Types } from 'mongoose';

export type ReportDoc = {
  _id: Types.ObjectId;
  reporter: Types.ObjectId;
  /** What was reported, so that reporting it again is the same report. */
  subject: string;
  reason: ReportReason;
  text: string;
  /** A copy: what it was made from may change and go. */
  evidence: Evidence;
  state: Report['state'];
  resolution?: { outcome: 'dismissed' | 'actionTaken'; note: string; by: Types.ObjectId; at: Date };
  createdAt: Date;
};

const { ObjectId, Mixed } = Schema.Types;

const reportSchema = new Schema<ReportDoc>(
  {
    reporter: { type: ObjectId, required: true },
    subject: { type: String, required: true },
    reason: { type: String, required: true },
    text: { type: String },
    evidence: { type: Mixed, required: true },
    state: { type: String, required: true },
    resolution: { type: Mixed },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false, minimize: false },
);
reportSchema.index({ state: 1, _id: -1 });
reportSchema.index({ reporter: 1, subject: 1 }, { unique: true, partialFilterExpression: { state: 'open' } });

export function reportModel(db: Connection): Model<ReportDoc> {
  return (db.models['Report'] as Model<ReportDoc> | undefined) ?? db.model<ReportDoc>('Report', reportSchema);
}
