import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The part of `text` between two marks that are there once. */
function between(text, start, end) {
  const [, after, more] = text.split(start);
  if (after === undefined || more !== undefined) throw new Error(`Found not once: ${start}`);
  const until = after.indexOf(end);
  if (until < 0) throw new Error(`Not found after ${start}: ${end}`);
  return after.slice(0, until);
}

/**
 * The declarations of @whisper/server as they are published: the router as the compiler wrote it down, without what only
 * the server knows of (the context of a call, a procedure's costs), and so without the server's dependencies. `shorten` names the types of @whisper/shared in it.
 */
export function clientTypes(dist, shorten) {
  const router = between(
    readFileSync(join(dist, 'router.d.ts'), 'utf8'),
    'export declare function createAppRouter(deps: RouterDeps): ',
    '\nexport type AppRouter',
  )
    .replaceAll('import("./trpc.ts").RequestContext', 'object')
    .replaceAll(/meta: \{[^{}]*import\("\.\/platform\/rate-limits\.ts"\)\.Cost;\s*\}/g, 'meta: object')
    .replaceAll('import("./trpc.ts").ErrorShape', 'ErrorShape');
  const errorShape = between(
    readFileSync(join(dist, 'trpc.d.ts'), 'utf8'),
    'export type ErrorShape = ',
    '\n};',
  );
  const text = `/// <reference lib="esnext.disposable" />
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import type { TRPC_ERROR_CODE_NUMBER } from '@trpc/server/rpc';
import type * as whisper from '@whisper/shared';
import type { ErrorCode, ErrorReason } from '@whisper/shared';
/** An error as every tRPC client sees it. */
export type ErrorShape = ${errorShape}
};
/** Every procedure, for a client: \`createTRPCClient<AppRouter>\`. */
export type AppRouter = ${shorten(router)}
export type RouterInputs = inferRouterInputs<AppRouter>;
export type RouterOutputs = inferRouterOutputs<AppRouter>;
`;
  const left = /(?:import\(|from )["']\.[^"']*["']/.exec(text);
  if (left) throw new Error(`The router's types lead into the server: ${left[0]}`);
  return text;
}
