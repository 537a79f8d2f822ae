import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('../../../scripts/bundle.mjs', import.meta.url));

/** The tests meet the bundle of the sources as they are. */
export async function bundlePanel(): Promise<void> {
  await promisify(execFile)(process.execPath, [script, 'panel']);
}
