import { limits, type Device, type DeviceId, type RegisterDeviceInput, type UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import { createHash } from 'node:crypto';
import { AppError, isDuplicateKey } from '../platform/errors.ts';
import { readEndpoint } from './adapters/web-endpoint.ts';
import type { PushDeps } from './deps.ts';
import { deviceModel, type DeviceDoc } from './device.model.ts';
import { pushModel } from './push.model.ts';
import { removeDevices } from './remove-device.ts';

type Deps = Pick<PushDeps, 'db' | 'clock' | 'env' | 'pushChannels'>;
type Registering = { readonly userId: UserId; readonly sessionId: string | null };

/**
 * A device of the person from now on. The same address again is the same device; registered by somebody else it is theirs,
 * and nothing of the person before reaches it. Of too many, those go that were heard of longest ago.
 */
export async function registerDevice(
  deps: Deps,
  { userId, sessionId }: Registering,
  input: RegisterDeviceInput,
): Promise<Device> {
  requireReachable(deps, input);
  const user = new Types.ObjectId(userId);
  const { label = '', platform = '' } = input;
  const now = new Date(deps.clock.now());
  const address = input.kind === 'web' ? input.endpoint : input.token;
  const key = createHash('sha256').update(`${input.kind}:${address}`).digest('base64url');
  const doc = await upsert(deps, key, {
    $set: {
      ...{ user, address, kind: input.kind, label, platform, session: sessionId, lastSeenAt: now },
      ...(input.kind === 'web' && { webKeys: input.keys }),
    },
    $setOnInsert: { createdAt: now },
  });
  await pushModel(deps.db).deleteMany({ device: doc._id, user: { $ne: user } });
  await dropOldest(deps, user);
  return toDevice(doc);
}

function requireReachable({ env, pushChannels }: Deps, input: RegisterDeviceInput): void {
  if (!pushChannels.adapters.has(input.kind)) {
    throw new AppError('BAD_REQUEST', `This server pushes nothing to devices of the kind ${input.kind}`);
  }
  if (input.kind === 'web' && !readEndpoint(input.endpoint, { hosts: env.PUSH_WEB_HOSTS })) {
    throw new AppError('BAD_REQUEST', 'This endpoint is of no push service that this server calls');
  }
}

/** Of two that insert it at the same moment the second finds the first one's. */
async function upsert({ db }: Deps, key: string, update: object): Promise<DeviceDoc> {
  const write = () =>
    deviceModel(db)
      .findOneAndUpdate({ key }, update, { upsert: true, returnDocument: 'after' })
      .lean()
      .orFail();
  try {
    return await write();
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return write();
  }
}

async function dropOldest(deps: Deps, user: Types.ObjectId): Promise<void> {
  const old = await deviceModel(deps.db)
    .find({ user }, { _id: 1 })
    .sort({ lastSeenAt: -1, _id: -1 })
    .skip(limits.devicesMax)
    .lean();
  const ids = old.map(({ _id }) => _id);
  if (ids.length > 0) await removeDevices(deps, { _id: { $in: ids }, user });
}

export function toDevice({ _id, kind, label, platform, createdAt, lastSeenAt }: DeviceDoc): Device {
  return { id: _id.toHexString() as DeviceId, kind, label, platform, createdAt, lastSeenAt };
}

/** The person's devices, the one that was heard of last first. */
export async function listDevices({ db }: Pick<PushDeps, 'db'>, userId: UserId): Promise<Device[]> {
  const docs = await deviceModel(db)
    .find({ user: new Types.ObjectId(userId) })
    .sort({ lastSeenAt: -1, _id: -1 })
    .lean();
  return docs.map(toDevice);
}
