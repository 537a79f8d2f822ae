import { chooseAddress } from './address.ts';
import { startServer } from './start-server.ts';

type ChildOptions = { dataDir: string; port?: number; socketPath?: string; isDurable?: boolean };

/**
 * The process of an embedded server: told what to do by its argument, tells its connection string in one line, and
 * lives as long as its standard input is open, that is, as its parent.
 */
async function main(options: ChildOptions): Promise<void> {
  const address = chooseAddress(options.dataDir, options);
  const server = await startServer({ ...options, address });
  const stop = () => {
    process.stdin.destroy();
    void server.close().finally(() => process.exit(0));
  };
  // A terminal and some supervisors send these to the whole process group. The parent, which needs it to the last, decides
  // when the server ends.
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM']) process.on(signal, () => undefined);
  process.stdin.resume();
  process.stdin.once('end', stop);
  process.stdin.once('error', stop);
  process.stdout.write(`${JSON.stringify({ uri: server.uri })}\n`);
}

main(JSON.parse(process.argv[2] ?? '{}')).catch((error: unknown) => {
  process.stdout.write(
    `${JSON.stringify({ error: error instanceof Error ? error.message : String(error) })}\n`,
  );
  process.exitCode = 1;
  process.stdin.destroy();
});
