import { Schema, type Connection, type Model, type Types } from 'mongoose';

/** That whoever has the ticket may fetch somebody's archive, once. */
export type ExportTicketDoc = {
  /** A digest of the ticket. */
  _id: string;
  user: Types.ObjectId;
  expiresAt: Date;
};

const exportTicketSchema = new Schema<ExportTicketDoc>(
  {
    _id: { type: String, required: true },
    user: { type: Schema.Types.ObjectId, required: true },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false },
);
exportTicketSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export function exportTicketModel(db: Connection): Model<ExportTicketDoc> {
  const known = db.models['ExportTicket'] as Model<ExportTicketDoc> | undefined;
  return known ?? db.model<ExportTicketDoc>('ExportTicket', exportTicketSchema);
}
