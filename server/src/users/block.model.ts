import { Schema, type Connection, type Model, type Types } from 'mongoose';

export type BlockDoc = {
  _id: Types.ObjectId;
  blocker: Types.ObjectId;
  blocked: Types.ObjectId;
  at: Date;
  /** When the blocker was last there, as the blocked person is told from then on. Absent when nobody was told. */
  seenAt?: Date;
  /** How far the blocker had come in the groups they share: the blocked person is told no more. */
  marks?: { chat: Types.ObjectId; readSeq: number; deliveredSeq: number }[];
};

const blockSchema = new Schema<BlockDoc>(
  {
    blocker: { type: Schema.Types.ObjectId, required: true },
    blocked: { type: Schema.Types.ObjectId, required: true },
    at: { type: Date, required: true },
    seenAt: { type: Date },
    marks: {
      type: [{ _id: false, chat: Schema.Types.ObjectId, readSeq: Number, deliveredSeq: Number }],
      default: undefined,
    },
  },
  { versionKey: false },
);
blockSchema.index({ blocker: 1, blocked: 1 }, { unique: true });
blockSchema.index({ blocked: 1 });

export function blockModel(db: Connection): Model<BlockDoc> {
  return (db.models['Block'] as Model<BlockDoc> | undefined) ?? db.model<BlockDoc>('Block', blockSchema);
}
