/** Arguments of npx that name Bun. */
export const bun = ['-y', 'bun@1.4.5'];

/** Arguments of npx that start the server under Bun, from the root of the repository. */
export const bunCommand = [...bun, '--conditions=source', 'server/src/main.ts'];
