import { Schema, type Connection, type Model } from 'mongoose';

/** What all processes over one database sign lasting links with. */
export type LinkKeyDoc = { _id: 'links'; key: string };

const linkKeySchema = new Schema<LinkKeyDoc>(
  { _id: { type: String, required: true }, key: { type: String, required: true } },
  { versionKey: false },
);

export function linkKeyModel(db: Connection): Model<LinkKeyDoc> {
  return (
    (db.models['LinkKey'] as Model<LinkKeyDoc> | undefined) ?? db.model<LinkKeyDoc>('LinkKey', linkKeySchema)
  );
}
