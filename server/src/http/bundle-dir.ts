import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The same place seen from server/src/http and, after a build, from server/dist/http. */
const clientsDir = fileURLToPath(new URL('../../../clients', import.meta.url));

/** Where a deployed server, which has no workspace around it, was given its clients. */
const deployedDir = fileURLToPath(new URL('../clients', import.meta.url));

/** The folder of a browser client's bundle; there may be nothing in it yet. */
export function bundleDirOf(client: 'web' | 'panel'): string {
  const deployed = `${deployedDir}/${client}`;
  const own = `${clientsDir}/${client}/dist`;
  return existsSync(deployed) && !existsSync(`${clientsDir}/${client}`) ? deployed : own;
}
