import { Schema, type Connection, type Model, type Types } from 'mongoose';

export type MessageDoc = {
  _id: Types.ObjectId;
  chat: Types.ObjectId;
  sender: Types.ObjectId;
  text: string;
  seq: number;
  rev: number;
  changedAt: Date;
  clientId: string;
  createdAt: Date;
  updatedAt: Date;
};

const messageSchema = new Schema<MessageDoc>(
  {
    chat: { type: Schema.Types.ObjectId, ref: 'Chat', required: true },
    sender: { type: Schema.Types.ObjectId, ref: 'User', required: true },
    text: { type: String, required: true },
    seq: { type: Number, required: true },
    rev: { type: Number, required: true },
    changedAt: { type: Date, required: true },
    clientId: { type: String, required: true },
  },
  { timestamps: true, versionKey: false },
);
messageSchema.index({ chat: 1, rev: 1 }, { unique: true });
messageSchema.index({ chat: 1, seq: -1 });
messageSchema.index({ sender: 1, clientId: 1 }, { unique: true });
messageSchema.index({ chat: 1, changedAt: 1 });

export function messageModel(db: Connection): Model<MessageDoc> {
  return (
    (db.models['Message'] as Model<MessageDoc> | undefined) ?? db.model<MessageDoc>('Message', messageSchema)
  );
}
