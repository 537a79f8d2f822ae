import { Schema, type Connection, type Model, type Types } from 'mongoose';

export type UserDoc = {
  _id: Types.ObjectId;
  clerkId: string;
  name: string;
  /** Lower-cased; empty when there is none. Found as a whole, shown to its owner. */
  email: string;
  avatar?: string;
  /** What a search may begin with: the name and each of its words, in the form that compares. */
  searchKeys: string[];
  /** When the directory says the profile last changed; an older change never overwrites a newer one. */
  profileAt: Date;
  /** When their last connection went. */
  lastSeenAt?: Date;
  /** Nobody is told whether they are there. Absent when everybody is. */
  isHidden?: boolean;
  /** When whom they block last changed. */
  blocksAt?: Date;
  /** Signing in is refused until then, or until somebody ends it. */
  suspension?: { until: Date | null; reason: string };
  /** Set on a tombstone: the person is gone, their id stays in chats. */
  deletedAt?: Date;
  createdAt: Date;
  updatedAt: Date;
};

const userSchema = new Schema<UserDoc>(
  {
    clerkId: { type: String, required: true },
    name: { type: String, required: true },
    email: { type: String, default: '' },
    avatar: { type: String },
    searchKeys: { type: [String], required: true },
    profileAt: { type: Date, required: true },
    lastSeenAt: { type: Date },
    isHidden: { type: Boolean },
    blocksAt: { type: Date },
    suspension: { type: { _id: false, until: Date, reason: String }, default: undefined },
    deletedAt: { type: Date },
  },
  { timestamps: true, versionKey: false },
);
userSchema.index({ clerkId: 1 }, { unique: true });
userSchema.index({ searchKeys: 1 });
userSchema.index({ email: 1 });

export function userModel(db: Connection): Model<UserDoc> {
  return (db.models['User'] as Model<UserDoc> | undefined) ?? db.model<UserDoc>('User', userSchema);
}
