import type { Role } from '@whisper/shared';
import { Schema, type Connection, type Model, type Types } from 'mongoose';

/**
 * What a chat is to one person. In a group there is one for everybody who is in it or ever was; in a direct chat, whose
 * people never change, from the moment there is something to say.
 */
export type MemberDoc = {
  _id: Types.ObjectId;
  chat: Types.ObjectId;
  user: Types.ObjectId;
  /** In a group: what the person is there, or was. */
  role?: Role;
  /** The rev of the system message that last changed what the person is in the group; an older one changes nothing. */
  rev: number;
  joinedAt?: Date;
  /** The rev of the message that brought them; what bears a lower one is not announced to them. */
  joinedRev?: number;
  /** The place of that message: so far a person has come who has done nothing in the group. */
  cameSeq?: number;
  /** What lies at or before this place is not shown to the person. */
  joinedSeq?: number;
  /** The person is not in the group any more. */
  leftAt?: Date;
  /** Somebody removed them, so no invitation brings them back. */
  wasRemoved?: boolean;
  /** The place of the newest message that the person has read, and of the newest that reached a device of theirs. */
  readSeq: number;
  deliveredSeq: number;
  /** The person wants everything from this place on to count as unread, until they read further than `readSeq`. */
  unread?: { fromSeq: number; readSeq: number };
  mutedUntil?: Date;
  pinnedAt?: Date;
  archivedAt?: Date;
  /** Messages that the person deleted for themselves. */
  hidden?: { seq: number; at: Date }[];
  /** In a direct chat: when the person blocked the other one, oldest first. */
  apart?: ApartDoc[];
  /** Something is kept from the person: `joinedSeq`, `hidden` or `apart` say what. */
  isPartial?: boolean;
  /** When something that concerns this person alone last changed: their role, mute, pin, what they hid. */
  mineAt?: Date;
  /** The same, or a mark. */
  changedAt: Date;
};

/** How far a person has come in a chat. */
export type Marks = { readonly readSeq: number; readonly deliveredSeq: number };

export type ApartDoc = {
  afterSeq: number;
  /** Absent while it lasts. */
  untilSeq?: number;
  /** The log's position when it began: older messages that changed since show whoever is apart what they were. */
  afterRev: number;
  /** The chat's newest message at that time. */
  lastMessageAt: Date;
  /** How far both had come: neither hears of the other's going on. */
  mine: Marks;
  theirs: Marks;
};

const { ObjectId } = Schema.Types;

const memberSchema = new Schema<MemberDoc>(
  {
    chat: { type: ObjectId, required: true },
    user: { type: ObjectId, required: true },
    role: { type: String },
    rev: { type: Number, required: true },
    joinedAt: { type: Date },
    joinedRev: { type: Number },
    cameSeq: { type: Number },
    joinedSeq: { type: Number },
    leftAt: { type: Date },
    wasRemoved: { type: Boolean },
    readSeq: { type: Number, required: true },
    deliveredSeq: { type: Number, required: true },
    unread: { type: { _id: false, fromSeq: Number, readSeq: Number }, default: undefined },
    mutedUntil: { type: Date },
    pinnedAt: { type: Date },
    archivedAt: { type: Date },
    hidden: { type: [{ _id: false, seq: Number, at: Date }], default: undefined },
    apart: { type: [Schema.Types.Mixed], default: undefined },
    isPartial: { type: Boolean },
    mineAt: { type: Date },
    changedAt: { type: Date, required: true },
  },
  { versionKey: false },
);
memberSchema.index({ chat: 1, user: 1 }, { unique: true });
memberSchema.index({ user: 1, changedAt: -1 });
memberSchema.index({ user: 1, isPartial: 1 }, { partialFilterExpression: { isPartial: { $exists: true } } });

export function memberModel(db: Connection): Model<MemberDoc> {
  return (db.models['Member'] as Model<MemberDoc> | undefined) ?? db.model<MemberDoc>('Member', memberSchema);
}
