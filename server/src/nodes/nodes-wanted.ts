import { EnvError } from '../platform/env.ts';

/** How many processes the arguments ask for; undefined when they do not. Throws EnvError for what is no number of them. */
export function readNodesWanted(args: readonly string[]): number | undefined {
  const at = args.indexOf('--nodes');
  if (at === -1) return undefined;
  const count = Number(args[at + 1]);
  if (!Number.isInteger(count) || count < 1 || count > 16)
    throw new EnvError('--nodes wants a number from 1 to 16');
  return count;
}
