import { Schema, type Connection, type Model, type Types } from 'mongoose';

/**
 * One person's file. It is in one message at most, which bears the clientId it was taken for: so whether it is in one, and
 * whether that was deleted, is the messages' to say, and stands nowhere twice.
 */
export type FileDoc = {
  _id: Types.ObjectId;
  owner: Types.ObjectId;
  clientId: string;
  name: string;
  /** What the device said; what the bytes say stands in `content`. */
  declaredType: string;
  size: number;
  alt?: string;
  /** What links and the upload are signed with. Never leaves the server. */
  secret: string;
  /** Where its bytes are; several files of a chat may have the same. */
  blob: string;
  /** There when all bytes have arrived and were looked at. */
  content?: FileContent;
  /** Why it is not taken; its bytes are gone. */
  refusal?: string;
  /** The clientId of the message it is in, or was to be in. */
  takenFor?: string;
  /** When to see whether it is still of use. Absent while its message says so. */
  dueAt?: Date;
  createdAt: Date;
};

/** What the bytes are. */
export type FileContent = {
  type: string;
  size: number;
  width?: number;
  height?: number;
  thumbhash?: string;
  durationMs?: number;
  thumbnails?: { width: number; height: number }[];
};

const { ObjectId } = Schema.Types;

const contentSchema = {
  _id: false,
  type: { type: String, required: true },
  size: { type: Number, required: true },
  width: Number,
  height: Number,
  thumbhash: String,
  durationMs: Number,
  thumbnails: { type: [{ _id: false, width: Number, height: Number }], default: undefined },
};

const fileSchema = new Schema<FileDoc>(
  {
    owner: { type: ObjectId, required: true },
    clientId: { type: String, required: true },
    name: { type: String, required: true },
    declaredType: { type: String },
    size: { type: Number, required: true },
    alt: { type: String },
    secret: { type: String, required: true },
    blob: { type: String, required: true },
    content: { type: new Schema<FileContent>(contentSchema, { _id: false }) },
    refusal: { type: String },
    takenFor: { type: String },
    dueAt: { type: Date },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false },
);
fileSchema.index({ owner: 1, clientId: 1 }, { unique: true });
fileSchema.index({ blob: 1 });
fileSchema.index({ dueAt: 1 }, { partialFilterExpression: { dueAt: { $exists: true } } });

export function fileModel(db: Connection): Model<FileDoc> {
  return (db.models['File'] as Model<FileDoc> | undefined) ?? db.model<FileDoc>('File', fileSchema);
}
