import { Schema, type Connection, type Model, type Types } from 'mongoose';

export type LegacySessionDoc = {
  /** SHA-256 of the client's secret id, which is of no use to who reads the database. */
  _id: string;
  user: Types.ObjectId;
  /** When the client connected for the first time. */
  startedAt: Date;
  expiresAt: Date;
};

const legacySessionSchema = new Schema<LegacySessionDoc>(
  {
    _id: { type: String, required: true },
    user: { type: Schema.Types.ObjectId, ref: 'User', required: true },
    startedAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false, collection: 'legacysessions' },
);
legacySessionSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
legacySessionSchema.index({ user: 1 });

export function legacySessionModel(db: Connection): Model<LegacySessionDoc> {
  const known = db.models['LegacySession'] as Model<LegacySessionDoc> | undefined;
  return known ?? db.model<LegacySessionDoc>('LegacySession', legacySessionSchema);
}
