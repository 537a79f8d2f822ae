import { disableWebPush, enableWebPush, type WhisperClient } from '@whisper/client';
import type { Notes } from '../store/notes.ts';

/** Noted on a device whose person does not want pushes on it. */
const refusal = 'whisper:push';
const leaveMs = 2_000;

/** Where there is no worker there is nobody to show anything; a development server has none. */
export function permissionNow(): NotificationPermission {
  return 'Notification' in window && navigator.serviceWorker ? Notification.permission : 'denied';
}

/** Notifications are allowed, and not switched off on this device. */
export function isWanted(notes: Notes): boolean {
  return permissionNow() === 'granted' && notes.get(refusal) === '';
}

export function setWanted(notes: Notes, isOn: boolean): void {
  notes.set(refusal, isOn ? '' : 'off');
}

/** Never rejects: a browser without a push service shows what comes while the app is open, and nothing else. */
export async function joinPush(client: WhisperClient): Promise<boolean> {
  if (import.meta.env.DEV || !navigator.serviceWorker) return false;
  try {
    const registration = await navigator.serviceWorker.ready;
    return (await enableWebPush(client, registration, { label: nameBrowser(navigator.userAgent) })) !== null;
  } catch {
    return false;
  }
}

/** Never rejects, and does not wait for long: the push service tells the server if this page cannot. */
export async function leavePush(client: WhisperClient): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
  if (!registration?.pushManager) return;
  const late = new Promise<void>((resolve) => {
    setTimeout(resolve, leaveMs);
  });
  await Promise.race([disableWebPush(client, registration).catch(() => undefined), late]);
}

const browsers = [
  ['Edge', /Edg/],
  ['Firefox', /Firefox|FxiOS/],
  ['Chrome', /Chrome|CriOS/],
  ['Safari', /Safari/],
] as const;
const systems = [
  ['Android', /Android/],
  ['iPhone', /iPhone/],
  ['iPad', /iPad/],
  ['Windows', /Windows/],
  ['Mac', /Mac OS/],
  ['Linux', /Linux/],
] as const;

/** As a person would call it: “Firefox on Linux”. */
export function nameBrowser(userAgent: string): string {
  const find = (known: readonly (readonly [string, RegExp])[]) =>
    known.find(([, pattern]) => pattern.test(userAgent))?.[0];
  return [find(browsers) ?? 'A browser', find(systems)].filter((name) => name !== undefined).join(' on ');
}
