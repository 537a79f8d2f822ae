import { Schema, type Connection, type Model, type Types } from 'mongoose';

export type InviteDoc = {
  _id: Types.ObjectId;
  code: string;
  chat: Types.ObjectId;
  createdBy: Types.ObjectId;
  createdAt: Date;
  expiresAt?: Date;
  usesMax?: number;
  uses: number;
  /** Who came by it, where that is counted: whoever repeats it uses it once. */
  usedBy: Types.ObjectId[];
  revokedAt?: Date;
};

const { ObjectId } = Schema.Types;

const inviteSchema = new Schema<InviteDoc>(
  {
    code: { type: String, required: true },
    chat: { type: ObjectId, required: true },
    createdBy: { type: ObjectId, required: true },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date },
    usesMax: { type: Number },
    uses: { type: Number, required: true },
    usedBy: { type: [ObjectId], required: true },
    revokedAt: { type: Date },
  },
  { versionKey: false },
);
inviteSchema.index({ code: 1 }, { unique: true });
inviteSchema.index({ chat: 1, createdAt: -1 });

export function inviteModel(db: Connection): Model<InviteDoc> {
  return (db.models['Invite'] as Model<InviteDoc> | undefined) ?? db.model<InviteDoc>('Invite', inviteSchema);
}
