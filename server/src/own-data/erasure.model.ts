import { Schema, type Connection, type Model, type Types } from 'mongoose';

/** What became of one place: how many documents held something of the person when its turn came, and how many do now. */
export type ErasedPlace = { place: string; found: number; remaining: number };

/** The work of erasing one person, and then its receipt, in which nothing says who it was. */
export type ErasureDoc = {
  /** The receipt's id, drawn: whoever knows it may read the receipt. */
  _id: string;
  requestedAt: Date;
  finishedAt?: Date;
  /** When the embedded store's file was written anew after that: until then unused places in it may hold what was erased. */
  compactedAt?: Date;
  places: ErasedPlace[];
  /** Who is erased; gone when they are. */
  subject?: { user: Types.ObjectId; clerkId: string; standIn: Types.ObjectId; isForGood: boolean };
  /** Which process works on it, and until when it is believed to. */
  owner?: string;
  leaseUntil?: Date;
};

const erasureSchema = new Schema<ErasureDoc>(
  {
    _id: { type: String, required: true },
    requestedAt: { type: Date, required: true },
    finishedAt: { type: Date },
    compactedAt: { type: Date },
    places: { type: [{ _id: false, place: String, found: Number, remaining: Number }], required: true },
    subject: {
      type: {
        _id: false,
        user: Schema.Types.ObjectId,
        clerkId: String,
        standIn: Schema.Types.ObjectId,
        isForGood: Boolean,
      },
      default: undefined,
    },
    owner: { type: String },
    leaseUntil: { type: Date },
  },
  { versionKey: false },
);
erasureSchema.index({ 'subject.user': 1 }, { unique: true, sparse: true });

export function erasureModel(db: Connection): Model<ErasureDoc> {
  const known = db.models['Erasure'] as Model<ErasureDoc> | undefined;
  return known ?? db.model<ErasureDoc>('Erasure', erasureSchema);
}
