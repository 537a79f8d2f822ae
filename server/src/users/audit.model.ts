import type { AuditAction } from '@whisper/shared';
import { Schema, type Connection, type Model, type Types } from 'mongoose';

export type AuditDoc = {
  _id: Types.ObjectId;
  at: Date;
  by: Types.ObjectId;
  action: AuditAction;
  user?: Types.ObjectId;
  report?: Types.ObjectId;
  message?: Types.ObjectId;
  details: string;
};

const auditSchema = new Schema<AuditDoc>(
  {
    at: { type: Date, required: true },
    by: { type: Schema.Types.ObjectId, required: true },
    action: { type: String, required: true },
    user: { type: Schema.Types.ObjectId },
    report: { type: Schema.Types.ObjectId },
    message: { type: Schema.Types.ObjectId },
    details: { type: String },
  },
  { versionKey: false },
);

export function auditModel(db: Connection): Model<AuditDoc> {
  return (db.models['Audit'] as Model<AuditDoc> | undefined) ?? db.model<AuditDoc>('Audit', auditSchema);
}
