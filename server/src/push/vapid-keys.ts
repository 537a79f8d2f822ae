import type { Connection as Database } from 'mongoose';
import webPush from 'web-push';
import type { Env } from '../platform/env.ts';
import type { Vapid } from './adapters/web.ts';

type KeysDoc = { _id: 'vapid'; publicKey: string; privateKey: string };

/** Nobody reads it, but push services insist that there is one. */
const nobody = 'mailto:nobody@example.invalid';

type Settings = Pick<
  Env,
  'PUSH_VAPID_SUBJECT' | 'PUSH_VAPID_PUBLIC_KEY' | 'PUSH_VAPID_PRIVATE_KEY' | 'FRONTEND_URL'
>;

/**
 * The keys that the settings give, or those in the database, where the first process to start puts new ones: browsers
 * subscribe with the public one, so all processes share them and none makes others. Asked for once.
 */
export class VapidKeys {
  readonly #db: Database;
  readonly #settings: Settings;
  #keys: Promise<Vapid> | undefined;

  constructor(db: Database, settings: Settings) {
    this.#db = db;
    this.#settings = settings;
  }

  get(): Promise<Vapid> {
    if (this.#keys) return this.#keys;
    const keys = this.#read();
    this.#keys = keys;
    keys.catch(() => {
      this.#keys = undefined;
    });
    return keys;
  }

  async #read(): Promise<Vapid> {
    const {
      PUSH_VAPID_PUBLIC_KEY: publicKey,
      PUSH_VAPID_PRIVATE_KEY: privateKey,
      PUSH_VAPID_SUBJECT,
      FRONTEND_URL = [],
    } = this.#settings;
    const page = FRONTEND_URL.find((origin) => origin.startsWith('https:'));
    const subject = PUSH_VAPID_SUBJECT ?? page ?? nobody;
    if (publicKey !== undefined && privateKey !== undefined) return { subject, publicKey, privateKey };
    const stored = await this.#db
      .collection<KeysDoc>('pushkeys')
      .findOneAndUpdate(
        { _id: 'vapid' },
        { $setOnInsert: webPush.generateVAPIDKeys() },
        { upsert: true, returnDocument: 'after' },
      );
    if (!stored) throw new Error('The keys for Web Push could not be kept');
    return { subject, publicKey: stored.publicKey, privateKey: stored.privateKey };
  }
}
