import { Schema, type Connection, type Model, type Types } from 'mongoose';

/** How a person wants to be told of news; absent while they said nothing. */
export type PushSettingsDoc = {
  /** The person's id. */
  _id: Types.ObjectId;
  showText?: boolean;
  mentionsPassMute?: boolean;
};

const pushSettingsSchema = new Schema<PushSettingsDoc>(
  {
    _id: { type: Schema.Types.ObjectId },
    showText: { type: Boolean },
    mentionsPassMute: { type: Boolean },
  },
  { versionKey: false, collection: 'pushsettings' },
);

export function pushSettingsModel(db: Connection): Model<PushSettingsDoc> {
  return (
    (db.models['PushSettings'] as Model<PushSettingsDoc> | undefined) ??
    db.model<PushSettingsDoc>('PushSettings', pushSettingsSchema)
  );
}
