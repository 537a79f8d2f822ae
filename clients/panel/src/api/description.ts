import { appUrl } from './app-url.ts';
import type { ProcedureDescription, RouterDescription } from '@whisper/server';

export type { JsonSchema, ProcedureDescription, ProcedureKind } from '@whisper/server';

export async function fetchDescription(): Promise<readonly ProcedureDescription[]> {
  const response = await fetch(new URL('panel/api.json', appUrl));
  if (!response.ok) throw new Error(`The server does not describe its API: ${response.status}`);
  const { procedures }: RouterDescription = await response.json();
  return procedures;
}

/** The router key a procedure stands under: `message` of `message.send`. */
export function roomOf(path: string): string {
  return path.split('.')[0] ?? path;
}

/** Its events have ids, and a new subscription can go on after any of them. */
export function isResumable({ kind, input }: ProcedureDescription): boolean {
  return kind === 'subscription' && input?.properties?.['lastEventId'] !== undefined;
}
