// Runs the server in this process, so that signals reach it: what was built where only that is installed, else the sources.
import { register } from 'node:module';
import { isProductionInstall } from './production-install.mjs';

const serverFile = (path) => new URL(`../server/${path}`, import.meta.url).href;

if (isProductionInstall) await import(serverFile('dist/main.js'));
else {
  register('./source-condition.mjs', import.meta.url);
  const { register: registerTsx } = await import('tsx/esm/api');
  registerTsx();
  await import(serverFile('src/main.ts'));
}
