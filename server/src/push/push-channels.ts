import type { DeviceKind } from '@whisper/shared';
import type { Connection as Database } from 'mongoose';
import type { Clock } from '../platform/clock.ts';
import type { Env } from '../platform/env.ts';
import type { PushAdapter } from './adapters/adapter.ts';
import { ExpoAdapter } from './adapters/expo.ts';
import { FcmAdapter } from './adapters/fcm.ts';
import { WebAdapter } from './adapters/web.ts';
import { VapidKeys } from './vapid-keys.ts';

/** The ways in which this server reaches devices; none where it pushes nothing. */
export type PushChannels = {
  readonly adapters: ReadonlyMap<DeviceKind, PushAdapter>;
  readonly vapid: VapidKeys;
};

type Deps = { readonly env: Env; readonly db: Database; readonly clock: Clock };

export function createPushChannels({ env, db, clock }: Deps): PushChannels {
  const vapid = new VapidKeys(db, env);
  if (env.PUSH === 'off') return { adapters: new Map(), vapid };
  const { PUSH_FCM_SERVICE_ACCOUNT: account, PUSH_FCM_URL, PUSH_EXPO_URL, PUSH_EXPO_ACCESS_TOKEN } = env;
  const adapters: PushAdapter[] = [
    new WebAdapter({ vapid: () => vapid.get(), endpoints: { hosts: env.PUSH_WEB_HOSTS } }),
    new ExpoAdapter({ url: PUSH_EXPO_URL, accessToken: PUSH_EXPO_ACCESS_TOKEN }),
    ...(account ? [new FcmAdapter({ url: PUSH_FCM_URL, account, clock })] : []),
  ];
  return { adapters: new Map(adapters.map((adapter) => [adapter.kind, adapter])), vapid };
}
