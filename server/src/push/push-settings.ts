import type { PushSettings, SetPushSettingsInput, UserId } from '@whisper/shared';
import { Types, type Connection as Database } from 'mongoose';
import type { PushDeps } from './deps.ts';
import { pushSettingsModel } from './push-settings.model.ts';

type Own = Pick<PushSettings, 'showText' | 'mentionsPassMute'>;
type Deps = Pick<PushDeps, 'db' | 'env' | 'pushChannels'>;

/** What holds for who said nothing. */
const usual: Own = { showText: true, mentionsPassMute: true };

export async function findOwnSettings(db: Database, userId: UserId): Promise<Own> {
  const doc = await pushSettingsModel(db).findById(userId).lean();
  return {
    showText: doc?.showText ?? usual.showText,
    mentionsPassMute: doc?.mentionsPassMute ?? usual.mentionsPassMute,
  };
}

/** How the person wants to be told of news, and what this server can do. */
export async function getPushSettings(deps: Deps, userId: UserId): Promise<PushSettings> {
  const { adapters, vapid } = deps.pushChannels;
  return {
    ...(await findOwnSettings(deps.db, userId)),
    isTextAllowed: deps.env.PUSH_TEXT === 'on',
    kinds: [...adapters.keys()],
    webPublicKey: adapters.has('web') ? (await vapid.get()).publicKey : null,
  };
}

/** What is left out stays. */
export async function setPushSettings(
  deps: Deps,
  userId: UserId,
  input: SetPushSettingsInput,
): Promise<PushSettings> {
  const said = Object.entries(input).filter(([, value]) => value !== undefined);
  if (said.length > 0) {
    await pushSettingsModel(deps.db).updateOne(
      { _id: new Types.ObjectId(userId) },
      { $set: Object.fromEntries(said) },
      { upsert: true },
    );
  }
  return getPushSettings(deps, userId);
}
