import { Schema, type Connection, type Model, type Types } from 'mongoose';

export type ChatDoc = {
  _id: Types.ObjectId;
  participants: Types.ObjectId[];
  /** `<lowId>:<highId>` of a direct chat: what makes two opens one chat. */
  pairKey?: string;
  lastMessage?: Types.ObjectId;
  /** Who opened it: while there is no message, it is on nobody else's list. */
  openedBy: Types.ObjectId[];
  /** This chat was a second one of the same two people; its messages are in the other one, under which its id still answers. */
  mergedInto?: Types.ObjectId;
  /** The chat's creation while there is no message. */
  lastMessageAt: Date;
  lastSeq: number;
  /** When its log last changed, or until when it may: never too early. Absent while nothing did since 0.1.0. */
  changedAt?: Date;
  /** Per participant id, the seq of the newest message they have read. */
  readSeqs: Record<string, number>;
  /** Per participant id, the seq of the newest message that reached a device of theirs. */
  deliveredSeqs?: Record<string, number>;
  /** When somebody last said how far they have come. */
  marksAt?: Date;
  createdAt: Date;
  updatedAt: Date;
};

const chatSchema = new Schema<ChatDoc>(
  {
    participants: { type: [Schema.Types.ObjectId], ref: 'User', required: true },
    pairKey: { type: String },
    openedBy: { type: [Schema.Types.ObjectId], required: true },
    mergedInto: { type: Schema.Types.ObjectId },
    lastMessage: { type: Schema.Types.ObjectId, ref: 'Message' },
    lastMessageAt: { type: Date, required: true },
    lastSeq: { type: Number, required: true, default: 0 },
    changedAt: { type: Date },
    readSeqs: { type: Schema.Types.Mixed, required: true, default: {} },
    deliveredSeqs: { type: Schema.Types.Mixed },
    marksAt: { type: Date },
  },
  { timestamps: true, minimize: false, versionKey: false },
);
chatSchema.index({ participants: 1, lastMessageAt: -1, _id: -1 });
chatSchema.index({ participants: 1, changedAt: -1 });
chatSchema.index({ participants: 1, marksAt: -1 });
chatSchema.index({ pairKey: 1 }, { unique: true, sparse: true });

export function chatModel(db: Connection): Model<ChatDoc> {
  return (db.models['Chat'] as Model<ChatDoc> | undefined) ?? db.model<ChatDoc>('Chat', chatSchema);
}
