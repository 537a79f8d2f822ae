import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/**
 * What the file sets; nothing when there is none. It is UTF-8, with or without a byte order mark. Throws when it is
 * anything else: a file that was read halfway would start a server without some of its settings.
 */
export function readEnvFile(path: string): Record<string, string> {
  if (!existsSync(path)) return {};
  const entries = Object.entries(parseEnv(decode(readFileSync(path))));
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function decode(bytes: Buffer): string {
  const isUtf16 = ['fffe', 'feff'].includes(bytes.toString('hex', 0, 2)) || bytes.includes(0);
  if (isUtf16) throw new Error('it is UTF-16; save it as UTF-8');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Error('it is not UTF-8; save it as UTF-8', { cause });
  }
}
