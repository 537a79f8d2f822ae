import type { RequestListener } from 'node:http';
import type { Env } from '../platform/env.ts';
import { bundleDirOf } from './bundle-dir.ts';
import { createStaticFiles } from './static-files.ts';
import { webPolicy } from './web-policy.ts';

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
  return createStaticFiles({ dir: bundleDirOf('web'), base: '/', hasFallback: true, policy: webPolicy(env) });
}
