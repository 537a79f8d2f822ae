import type { DeviceKind } from '@whisper/shared';
import { Schema, type Connection, type Model, type Types } from 'mongoose';

export type DeviceDoc = {
  _id: Types.ObjectId;
  /** A hash of how it is reached: what makes a repeated registration one device. */
  key: string;
  user: Types.ObjectId;
  kind: DeviceKind;
  /** An endpoint of Web Push, or a token. */
  address: string;
  /** Of a browser: what is encrypted for it is encrypted with these. */
  webKeys?: { p256dh: string; auth: string };
  label: string;
  platform: string;
  /** The session it was registered in, whose end it does not outlive; null when that has no name. */
  session: string | null;
  createdAt: Date;
  lastSeenAt: Date;
};

const { ObjectId } = Schema.Types;

const deviceSchema = new Schema<DeviceDoc>(
  {
    key: { type: String, required: true },
    user: { type: ObjectId, required: true },
    kind: { type: String, required: true },
    address: { type: String, required: true },
    webKeys: { type: { _id: false, p256dh: String, auth: String }, default: undefined },
    label: { type: String },
    platform: { type: String },
    session: { type: String },
    createdAt: { type: Date, required: true },
    lastSeenAt: { type: Date, required: true },
  },
  { versionKey: false },
);
deviceSchema.index({ key: 1 }, { unique: true });
deviceSchema.index({ user: 1, lastSeenAt: -1 });
deviceSchema.index({ session: 1 });

export function deviceModel(db: Connection): Model<DeviceDoc> {
  return (db.models['Device'] as Model<DeviceDoc> | undefined) ?? db.model<DeviceDoc>('Device', deviceSchema);
}
