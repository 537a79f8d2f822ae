import { exportJWK, exportPKCS8, generateKeyPair, importPKCS8, SignJWT } from 'jose';
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { devTokenSeconds } from '@whisper/shared';
import type { Clock } from '../platform/clock.ts';
import { EnvError } from '../platform/env.ts';
import { publicPemOf } from './public-pem.ts';

/** Issuer and authorised party of local tokens; `.test` never is a real host. */
export const devOrigin = 'https://local.whisper.test';

const clerkIdPrefix = 'user_local_';
const header = { alg: 'RS256', kid: 'local', typ: 'JWT' };

export type DevIssuer = {
  /** PEM. */
  readonly publicKey: string;
  /** A session token of Clerk's shape for the person of that name; case makes no other person. */
  issue(name: string): Promise<{ readonly token: string; readonly expiresAt: Date }>;
};

type Options = { readonly dataDir: string; readonly clock: Clock };

/** The local issuer; its key is made once and kept in the data directory. */
export async function openDevIssuer({ dataDir, clock }: Options): Promise<DevIssuer> {
  const privateKey = await importPKCS8(await readOrMakeKey(dataDir), header.alg, { extractable: true });
  return {
    publicKey: await publicPemOf(await exportJWK(privateKey)),
    async issue(name) {
      const iat = Math.floor(clock.now() / 1000);
      const exp = iat + devTokenSeconds;
      const claims = {
        azp: devOrigin,
        exp,
        iat,
        iss: devOrigin,
        nbf: iat - 10,
        sid: `sess_local_${randomUUID()}`,
        sub: devClerkIdOf(name),
      };
      const token = await new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
      return { token, expiresAt: new Date(exp * 1000) };
    },
  };
}

/** The local Clerk id of a name; case makes no other person. */
export function devClerkIdOf(name: string): string {
  return clerkIdPrefix + encodeURIComponent(name.normalize('NFC').toLowerCase());
}

/** The name behind a local Clerk id; null for any other. */
export function devNameOf(clerkId: string): string | null {
  if (!clerkId.startsWith(clerkIdPrefix)) return null;
  return decodeURIComponent(clerkId.slice(clerkIdPrefix.length));
}

/** The kept key. One that others may have read is replaced; one that another user put there stops the start. */
async function readOrMakeKey(dataDir: string): Promise<string> {
  const path = join(dataDir, 'local-issuer.pem');
  const kept = await readKept(path);
  if (kept?.isPrivate) return kept.text;
  if (kept) await rm(path, { force: true });
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await placeNewKey(path);
  const placed = await readKept(path);
  if (!placed) throw new Error(`${path} was removed while Whisper started`);
  return placed.text;
}

type Kept = { readonly text: string; readonly isPrivate: boolean };

async function readKept(path: string): Promise<Kept | undefined> {
  try {
    // No link is followed: whoever may write to the directory could lead it to a key they know.
    await using file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    const { uid, mode } = await file.stat();
    if (process.getuid && uid !== process.getuid()) throw new EnvError(foreignKey(path));
    return { text: await file.readFile('utf8'), isPrivate: !process.getuid || (mode & 0o077) === 0 };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw hasCode(error, 'ELOOP') ? new EnvError(foreignKey(path)) : error;
  }
}

function foreignKey(path: string): string {
  return `DATA_DIR: ${path} was put there by another user of this machine, or is a link; remove it`;
}

/** Links a finished file into place: of two processes one key wins, and none reads half of one. */
async function placeNewKey(path: string): Promise<void> {
  const { privateKey } = await generateKeyPair(header.alg, { extractable: true });
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, await exportPKCS8(privateKey), { mode: 0o600, flag: 'wx' });
    await link(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
