import { startEmbeddedMongo } from '../src/index.ts';

/** A process that starts a server, tells its connection string and then waits to be killed. */
const server = await startEmbeddedMongo({ dataDir: process.argv[2] ?? '' });
process.stdout.write(`${server.uri}\n`);
setInterval(() => undefined, 60_000);
