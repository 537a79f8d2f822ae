import { Schema, type Connection, type Model, type Types } from 'mongoose';

/** Why a push was made, or not. */
export type PushResult =
  | 'sent'
  | 'failed'
  | 'pruned'
  | 'read'
  | 'muted'
  | 'foreground'
  | 'notMember'
  | 'noDevice';

/** The news of one chat for one device: one row, however many messages come. */
export type PushDoc = {
  _id: Types.ObjectId;
  device: Types.ObjectId;
  chat: Types.ObjectId;
  user: Types.ObjectId;
  /** The place of the newest message of which the device is to hear, or heard. */
  seq: number;
  /** The place up to which nothing is to be done any more. */
  afterSeq: number;
  /** When to look, or until when somebody does; absent while nothing waits. */
  dueAt?: Date;
  /** Who looks. */
  takenBy?: string;
  /** How often it failed, and how often the person was found looking at another device of theirs. */
  attempts?: number;
  waits?: number;
  result?: PushResult;
  doneAt?: Date;
  /** To ask what became of it, and when. */
  ticket?: string;
  ticketAt?: Date;
};

/** A finished row says what was done, and is then of no use any more. */
const keptSeconds = 2 * 24 * 60 * 60;

const { ObjectId } = Schema.Types;

const pushSchema = new Schema<PushDoc>(
  {
    device: { type: ObjectId, required: true },
    chat: { type: ObjectId, required: true },
    user: { type: ObjectId, required: true },
    seq: { type: Number, required: true },
    afterSeq: { type: Number, required: true },
    dueAt: { type: Date },
    takenBy: { type: String },
    attempts: { type: Number },
    waits: { type: Number },
    result: { type: String },
    doneAt: { type: Date },
    ticket: { type: String },
    ticketAt: { type: Date },
  },
  { versionKey: false },
);
pushSchema.index({ device: 1, chat: 1 }, { unique: true });
pushSchema.index({ user: 1 });
pushSchema.index({ dueAt: 1 }, { partialFilterExpression: { dueAt: { $exists: true } } });
pushSchema.index({ ticketAt: 1 }, { partialFilterExpression: { ticketAt: { $exists: true } } });
pushSchema.index({ doneAt: 1 }, { expireAfterSeconds: keptSeconds });

export function pushModel(db: Connection): Model<PushDoc> {
  return (db.models['Push'] as Model<PushDoc> | undefined) ?? db.model<PushDoc>('Push', pushSchema);
}
