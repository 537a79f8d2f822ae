import type { Device } from '@whisper/shared';
import type { WhisperClient } from '../create-whisper-client.ts';

type PushingClient = Pick<WhisperClient, 'api' | 'registerDevice' | 'unregisterDevice'>;
type Labels = { readonly label?: string };

/**
 * Subscribes this browser and registers it, for a person who has allowed notifications: call it then, and again whenever the
 * app is opened, so that a new subscription or another key of the server's is noticed. Null where the server reaches no
 * browsers. Rejects where the browser has no push service.
 */
export async function enableWebPush(
  client: PushingClient,
  { pushManager }: ServiceWorkerRegistration,
  { label }: Labels = {},
): Promise<Device | null> {
  const { webPublicKey } = await client.api.device.settings.query();
  if (webPublicKey === null) return null;
  const known = await pushManager.getSubscription();
  const isOfOther = known !== null && keyOf(known) !== webPublicKey;
  if (isOfOther) await known.unsubscribe();
  const options = { userVisibleOnly: true, applicationServerKey: webPublicKey };
  const subscription = isOfOther || !known ? await pushManager.subscribe(options) : known;
  const { endpoint, keys } = subscription.toJSON();
  return client.registerDevice({
    kind: 'web',
    endpoint: endpoint ?? '',
    keys: { p256dh: keys?.['p256dh'] ?? '', auth: keys?.['auth'] ?? '' },
    platform: 'web',
    ...(label !== undefined && { label }),
  });
}

/** Undoes it, on both sides. What the server cannot be told now it learns from the push service. */
export async function disableWebPush(
  client: PushingClient,
  { pushManager }: ServiceWorkerRegistration,
): Promise<void> {
  const subscription = await pushManager.getSubscription();
  await subscription?.unsubscribe();
  await client.unregisterDevice();
}

function keyOf({ options }: PushSubscription): string | undefined {
  const { applicationServerKey: key } = options;
  if (!key) return undefined;
  const text = btoa(String.fromCodePoint(...new Uint8Array(key)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
