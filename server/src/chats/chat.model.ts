import { Schema, type Connection, type Model, type Types } from 'mongoose';

export type ChatDoc = {
  _id: Types.ObjectId;
  kind: 'direct' | 'group';
  /** Who is in it. */
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
  /** Of a direct chat, per person the seq of their own newest message: whoever writes has read. */
  sentSeqs?: Record<string, number>;
  /** When something last changed that `chat.onChange` tells everyone in the chat. */
  marksAt?: Date;
  /** A message waits to be pushed to whoever is to have it: when to look, or until when somebody does. */
  pushAt?: Date;
  /** Who looks. */
  pushBy?: string;
  /** Up to here whoever is to have a push has it waiting, or had it; and when that was seen to last. */
  pushedSeq?: number;
  pushedAt?: Date;
  /** What follows is there in a group alone. */
  name?: string;
  avatar?: string | null;
  historyVisible?: boolean;
  /** Its messages are erased after so many days. */
  retentionDays?: number;
  slowModeSeconds?: number;
  readOnly?: boolean;
  /** The rev of the newest system message that this document and the members' ones follow. */
  membersRev?: number;
  /** More people than `limits.smallChatMax` are in it, or once were: its messages are announced to the chat alone. */
  isLarge?: boolean;
  /** What lies at or before this place was erased because of its age, or never has to be. */
  expiredSeq?: number;
  /** Who made it, and the key they gave it: what makes a repeated creation one group. */
  createKey?: string;
  createdAt: Date;
  updatedAt: Date;
};

const chatSchema = new Schema<ChatDoc>(
  {
    kind: { type: String, required: true },
    participants: { type: [Schema.Types.ObjectId], ref: 'User', required: true },
    pairKey: { type: String },
    openedBy: { type: [Schema.Types.ObjectId], required: true },
    mergedInto: { type: Schema.Types.ObjectId },
    lastMessage: { type: Schema.Types.ObjectId, ref: 'Message' },
    lastMessageAt: { type: Date, required: true },
    lastSeq: { type: Number, required: true, default: 0 },
    changedAt: { type: Date },
    sentSeqs: { type: Schema.Types.Mixed },
    marksAt: { type: Date },
    pushAt: { type: Date },
    pushBy: { type: String },
    pushedSeq: { type: Number },
    pushedAt: { type: Date },
    name: { type: String },
    avatar: { type: String },
    historyVisible: { type: Boolean },
    retentionDays: { type: Number },
    expiredSeq: { type: Number },
    slowModeSeconds: { type: Number },
    readOnly: { type: Boolean },
    membersRev: { type: Number },
    isLarge: { type: Boolean },
    createKey: { type: String },
  },
  { timestamps: true, minimize: false, versionKey: false },
);
chatSchema.index({ participants: 1, lastMessageAt: -1, _id: -1 });
chatSchema.index({ participants: 1, changedAt: -1 });
chatSchema.index({ participants: 1, marksAt: -1 });
chatSchema.index({ pushAt: 1 }, { partialFilterExpression: { pushAt: { $exists: true } } });
chatSchema.index({ pairKey: 1 }, { unique: true, sparse: true });
chatSchema.index({ retentionDays: 1 }, { sparse: true });
chatSchema.index({ createKey: 1 }, { unique: true, sparse: true });
chatSchema.index(
  { participants: 1, isLarge: 1 },
  { partialFilterExpression: { isLarge: { $exists: true } } },
);

export function chatModel(db: Connection): Model<ChatDoc> {
  return (db.models['Chat'] as Model<ChatDoc> | undefined) ?? db.model<ChatDoc>('Chat', chatSchema);
}
