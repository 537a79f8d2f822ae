import { Types, type Connection as Database } from 'mongoose';
import type { DataSubject, HoldsNothing, HoldsPersonData } from '../platform/person-data.ts';
import { deviceModel } from './device.model.ts';
import { pushModel } from './push.model.ts';
import { findOwnSettings } from './push-settings.ts';
import { pushSettingsModel } from './push-settings.model.ts';
import { listDevices } from './register-device.ts';

/** First the devices: without them nothing new comes to wait for the person. */
export function pushPersonData(db: Database): readonly HoldsPersonData[] {
  const [devices, pushes, settings] = [deviceModel(db), pushModel(db), pushSettingsModel(db)];
  const ofPerson = ({ userId }: DataSubject) => ({ user: new Types.ObjectId(userId) });
  return [
    {
      place: 'devices',
      holds:
        'the devices that receive pushes, without how they are reached, which is of no use to anybody else',
      async *exportRows({ userId }) {
        for (const device of await listDevices({ db }, userId)) yield { kind: 'device', device };
      },
      async *erase(erased) {
        yield (await devices.deleteMany(ofPerson(erased))).deletedCount;
      },
      count: (subject) => devices.countDocuments(ofPerson(subject)),
    },
    {
      place: 'pushes',
      holds: 'for days, of which place in which chat a device was told: not exported, as the chats say it',
      async *erase(erased) {
        yield (await pushes.deleteMany(ofPerson(erased))).deletedCount;
      },
      count: (subject) => pushes.countDocuments(ofPerson(subject)),
    },
    {
      place: 'pushsettings',
      holds: 'how the person wants to be told of news',
      async *exportRows({ userId }) {
        yield { kind: 'pushSettings', ...(await findOwnSettings(db, userId)) };
      },
      async *erase({ userId }) {
        yield (await settings.deleteOne({ _id: new Types.ObjectId(userId) })).deletedCount;
      },
      count: ({ userId }) => settings.countDocuments({ _id: new Types.ObjectId(userId) }),
    },
  ];
}

export const pushKeysPlace: HoldsNothing = {
  place: 'pushkeys',
  holdsNothing: 'the keys by which push services know this server',
};
