// Whether this is a build with its production dependencies alone: then there is nothing to prepare, and no tool to do it
// with. As a program it says so by its exit code.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

export const isProductionInstall =
  existsSync(join(root, 'server/dist/main.js')) && !existsSync(join(root, 'node_modules/tsx'));

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exit(isProductionInstall ? 0 : 1);
