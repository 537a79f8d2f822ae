import { Schema, type Connection, type Model } from 'mongoose';

export type RevocationDoc = {
  /** `session:<id>`, `person:<clerkId>` or `nameless:<clerkId>`: which tokens are meant. */
  _id: string;
  /** Tokens issued later are not meant. */
  at: Date;
  expiresAt: Date;
};

const revocationSchema = new Schema<RevocationDoc>(
  {
    _id: { type: String, required: true },
    at: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false },
);
revocationSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export function revocationModel(db: Connection): Model<RevocationDoc> {
  const known = db.models['Revocation'] as Model<RevocationDoc> | undefined;
  return known ?? db.model<RevocationDoc>('Revocation', revocationSchema);
}
