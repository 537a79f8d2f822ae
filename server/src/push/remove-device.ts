import type { DeviceId, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import type { PushDeps } from './deps.ts';
import { deviceModel } from './device.model.ts';
import { pushModel } from './push.model.ts';

type Deps = Pick<PushDeps, 'db'>;

type Which = {
  readonly _id?: Types.ObjectId | { readonly $in: readonly Types.ObjectId[] };
  readonly user?: Types.ObjectId;
  readonly session?: string;
};

/** Forgets devices and what waits for them. Pushes under way are not called back. */
export async function removeDevices({ db }: Deps, which: Which): Promise<void> {
  const found = await deviceModel(db).find(which, { _id: 1 }).lean();
  if (found.length === 0) return;
  const ids = found.map(({ _id }) => _id);
  // It may have become another person's meanwhile.
  await deviceModel(db).deleteMany({ ...which, _id: { $in: ids } });
  await pushModel(db).deleteMany({ device: { $in: ids }, ...(which.user && { user: which.user }) });
}

type Owned = { readonly userId: UserId; readonly deviceId: DeviceId };

/** Idempotent: a device that is not there, or another person's, stays as it is. */
export function removeDevice(deps: Deps, { userId, deviceId }: Owned): Promise<void> {
  return removeDevices(deps, { _id: new Types.ObjectId(deviceId), user: new Types.ObjectId(userId) });
}

/** Devices that were registered in a session end with it. */
export function removeDevicesOfSession(deps: Deps, session: string): Promise<void> {
  return removeDevices(deps, { session });
}

/** Nothing is pushed to the person any more, until they register a device again. */
export function removeDevicesOf(deps: Deps, userId: UserId): Promise<void> {
  return removeDevices(deps, { user: new Types.ObjectId(userId) });
}
