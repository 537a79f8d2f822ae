import { Schema, type Connection, type Model } from 'mongoose';

export type DepartureDoc = {
  /** A digest of the Clerk id, so that nothing here says who it was. */
  _id: string;
  /** Tokens issued until then make nobody. */
  at: Date;
  /** Clerk has deleted the account: no token makes this person again. */
  isForGood: boolean;
};

const departureSchema = new Schema<DepartureDoc>(
  {
    _id: { type: String, required: true },
    at: { type: Date, required: true },
    isForGood: { type: Boolean, required: true },
  },
  { versionKey: false },
);

export function departureModel(db: Connection): Model<DepartureDoc> {
  const known = db.models['Departure'] as Model<DepartureDoc> | undefined;
  return known ?? db.model<DepartureDoc>('Departure', departureSchema);
}
