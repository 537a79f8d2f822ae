import { Schema, type Connection, type Model, type Types } from 'mongoose';
import type { StoredAttachment } from '../../files/file.view.ts';
import type { GroupChange } from '../../chats/group-change.ts';

export type MessageDoc = {
  _id: Types.ObjectId;
  chat: Types.ObjectId;
  sender: Types.ObjectId;
  /** Empty once the message was deleted. */
  text: string;
  seq: number;
  rev: number;
  /** The rev it was created with. Absent on messages of 0.1.0, which had no other: there it is `seq`. */
  createdRev?: number;
  /**
   * The numbers it bore lately, the present one last. Unique within the chat: a change moves a message to a new rev, and
   * without this a node that does not know yet could give the number that became free to another message.
   */
  revs?: { n: number; at: Date }[];
  changedAt: Date;
  clientId: string;
  createdAt: Date;
  updatedAt: Date;
  editedAt?: Date;
  deletedAt?: Date;
  pinnedAt?: Date;
  replyTo?: Types.ObjectId;
  forwardedFrom?: { sender: Types.ObjectId; sentAt: Date };
  mentions?: Types.ObjectId[];
  /** In the order in which the first person used each emoji. */
  reactions?: { emoji: string; users: Types.ObjectId[] }[];
  attachments?: StoredAttachment[];
  /** Earlier texts, oldest first. */
  edits?: { text: string; mentions: Types.ObjectId[]; at: Date }[];
  /** What it still is to people who block whoever changed it since. */
  frozen?: FrozenDoc[];
  /** There in a system message, in which only the person who is erased ever changes. */
  system?: GroupChange;
  /** The rev of a system message: how those of a group are found. */
  systemRev?: number;
  /** What a search finds it by, kept by the write that stores the message: `termsOf`. */
  terms?: string[];
};

/** What changes of a message that is not erased. */
export type Content = Pick<MessageDoc, 'text' | 'mentions' | 'editedAt' | 'pinnedAt' | 'reactions' | 'edits'>;

/** What a message was to a person from whom its later changes are kept. */
export type FrozenDoc = Content & { for: Types.ObjectId };

const { ObjectId } = Schema.Types;

const messageSchema = new Schema<MessageDoc>(
  {
    chat: { type: ObjectId, ref: 'Chat', required: true },
    sender: { type: ObjectId, ref: 'User', required: true },
    text: { type: String },
    seq: { type: Number, required: true },
    rev: { type: Number, required: true },
    createdRev: { type: Number },
    revs: { type: [{ _id: false, n: Number, at: Date }], default: undefined },
    changedAt: { type: Date, required: true },
    clientId: { type: String, required: true },
    editedAt: { type: Date },
    deletedAt: { type: Date },
    pinnedAt: { type: Date },
    replyTo: { type: ObjectId },
    forwardedFrom: { type: { _id: false, sender: ObjectId, sentAt: Date }, default: undefined },
    mentions: { type: [ObjectId], default: undefined },
    reactions: { type: [{ _id: false, emoji: String, users: [ObjectId] }], default: undefined },
    attachments: { type: [Schema.Types.Mixed], default: undefined },
    edits: { type: [{ _id: false, text: String, mentions: [ObjectId], at: Date }], default: undefined },
    frozen: { type: [Schema.Types.Mixed], default: undefined },
    system: { type: Schema.Types.Mixed },
    systemRev: { type: Number },
    terms: { type: [String], default: undefined },
  },
  { timestamps: true, versionKey: false },
);
messageSchema.index({ chat: 1, rev: 1 }, { unique: true });
messageSchema.index(
  { chat: 1, 'revs.n': 1 },
  { unique: true, partialFilterExpression: { revs: { $exists: true } } },
);
messageSchema.index({ chat: 1, seq: 1 }, { unique: true });
messageSchema.index({ sender: 1, clientId: 1 }, { unique: true });
messageSchema.index({ 'forwardedFrom.sender': 1 }, { sparse: true });
messageSchema.index(
  { chat: 1, terms: 1, createdAt: 1 },
  { partialFilterExpression: { terms: { $exists: true } } },
);
messageSchema.index({ chat: 1, systemRev: 1 }, { partialFilterExpression: { systemRev: { $exists: true } } });

export function messageModel(db: Connection): Model<MessageDoc> {
  return (
    (db.models['Message'] as Model<MessageDoc> | undefined) ?? db.model<MessageDoc>('Message', messageSchema)
  );
}
