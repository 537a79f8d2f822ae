import { parseArgs } from 'node:util';
import { chooseAddress } from './launch/address.ts';
import { startServer } from './server.ts';

const usage = `Usage:
  start --data DIR [--port N | --socket PATH] [--no-sync]   serve DIR until stopped
`;

async function main(argv: readonly string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      port: { type: 'string' },
      socket: { type: 'string' },
      'no-sync': { type: 'boolean' },
    },
  });
  const { data } = values;
  if (positionals[0] !== 'start' || data === undefined) throw new Error(usage);
  const port = values.port === undefined ? undefined : Number(values.port);
  const address = chooseAddress(data, { port, socketPath: values.socket });
  const server = await startServer({ dataDir: data, address, isDurable: values['no-sync'] !== true });
  process.stdout.write(`${server.uri}\n`);
  const stop = () => void server.close();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
