import type { FileRefusal } from '@whisper/shared';
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
  /** Of the bytes that are served. */
  digest?: string;
  /** Why it is not taken; its bytes are gone. */
  refusal?: FileRefusal;
  /** Bytes that count against its owner’s quota. */
  counted: number;
  /** Where it was sent. */
  chat?: Types.ObjectId;
  /** The clientId of the message it is in, or was to be in. */
  takenFor?: string;
  /** When to see whether it is still of use. Absent while its message says so. */
  dueAt?: Date;
  /** It is there for nobody any more, and its bytes are being removed. */
  endedAt?: Date;
  /** Which process writes its bytes, and until when that counts. */
  lock?: { by: string; until: Date; isWanted?: boolean };
  createdAt: Date;
};

/** What the bytes are. */
export type FileContent = {
  type: string;
  size: number;
  /** It is not served as it was uploaded. */
  isRemade?: boolean;
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
  isRemade: Boolean,
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
    digest: { type: String },
    refusal: { type: String },
    counted: { type: Number, required: true },
    chat: { type: ObjectId },
    takenFor: { type: String },
    dueAt: { type: Date },
    endedAt: { type: Date },
    lock: { type: { _id: false, by: String, until: Date, isWanted: Boolean } },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false },
);
fileSchema.index({ owner: 1, clientId: 1 }, { unique: true });
fileSchema.index({ blob: 1 });
fileSchema.index({ chat: 1, digest: 1 }, { partialFilterExpression: { chat: { $exists: true } } });
fileSchema.index({ dueAt: 1 }, { partialFilterExpression: { dueAt: { $exists: true } } });

export function fileModel(db: Connection): Model<FileDoc> {
  return (db.models['File'] as Model<FileDoc> | undefined) ?? db.model<FileDoc>('File', fileSchema);
}
