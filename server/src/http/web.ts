import type { RequestListener } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Env } from '../platform/env.ts';
import { createStaticFiles } from './static-files.ts';
import { webPolicy } from './web-policy.ts';

/** The same place seen from server/src/http and, after a build, from server/dist/http. */
const bundleDir = fileURLToPath(new URL('../../../clients/web/dist', import.meta.url));

/** First segments that belong to the web app: its pages, and the files of its bundle. */
export const webPaths = [
  '/',
  '/chats',
  '/join',
  '/assets',
  '/icon.svg',
  '/icon-unread.svg',
  '/icons',
  '/manifest.webmanifest',
  '/sw.js',
] as const;

/** The web app. A page's address is one of the app's own, so it is answered with the app itself. */
export function createWebHandler(env: Env): RequestListener {
  return createStaticFiles({ dir: bundleDir, base: '/', hasFallback: true, policy: webPolicy(env) });
}
