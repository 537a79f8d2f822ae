import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chooseAddress } from './launch/address.ts';
import { startServer } from './launch/start-server.ts';
import { backUp, compact } from './tools/backup.ts';
import { exportDatabase } from './tools/export.ts';
import { fsck } from './tools/fsck.ts';
import { importFile } from './tools/import.ts';

const usage = `Usage:
  start  --data DIR [--port N | --socket PATH] [--no-sync]
         Serves the directory until it is stopped; prints its connection string when ready.
  fsck   --data DIR
         Proves that every index agrees with its documents.
  backup --data DIR --out DIR [--compact]
         Copies the store into a new data directory.
  compact --data DIR
         Makes the file as small as its documents allow; no server may run on it.
  export --data DIR --db NAME --out DIR [--collection NAME] [--relaxed]
         Writes JSON lines as mongoexport does; mongoimport reads them into MongoDB.
  import --data DIR --db NAME [--collection NAME] FILE...
         Reads JSON lines as mongoexport writes them.
`;

function readArguments(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      port: { type: 'string' },
      socket: { type: 'string' },
      'no-sync': { type: 'boolean' },
      db: { type: 'string' },
      collection: { type: 'string' },
      out: { type: 'string' },
      relaxed: { type: 'boolean' },
      compact: { type: 'boolean' },
    },
  });
}

type Values = ReturnType<typeof readArguments>['values'];

async function start(values: Values): Promise<void> {
  const dataDir = requireOption('data', values.data);
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65_536)) {
    throw new Error(`--port is not a port: ${values.port}`);
  }
  const address = chooseAddress(dataDir, { port, socketPath: values.socket });
  const server = await startServer({ dataDir, address, isDurable: values['no-sync'] !== true });
  print(server.uri);
  const stop = () => void server.close();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

async function backUpTo(values: Values): Promise<void> {
  const [dataDir, outDir] = [requireOption('data', values.data), resolve(requireOption('out', values.out))];
  const size = await backUp(dataDir, outDir, { isCompact: values.compact === true });
  print(`${outDir}: ${size} bytes; a data directory as it is`);
}

async function exportAll(values: Values): Promise<void> {
  const options = { dataDir: requireOption('data', values.data), db: requireOption('db', values.db) };
  const outDir = resolve(requireOption('out', values.out));
  const isRelaxed = values.relaxed === true;
  const counts = await exportDatabase({ ...options, outDir, collection: values.collection, isRelaxed });
  for (const [name, count] of counts) {
    print(
      `${count} documents: mongoimport --uri "$MONGODB_URI" --db ${options.db} --collection ${name} ${outDir}/${name}.jsonl`,
    );
  }
}

async function importAll(values: Values, files: readonly string[]): Promise<void> {
  if (files.length === 0) throw new Error(usage);
  const options = { dataDir: requireOption('data', values.data), db: requireOption('db', values.db) };
  for (const file of files) {
    const { imported, duplicates } = await importFile({ ...options, file, collection: values.collection });
    print(`${file}: ${imported} documents imported, ${duplicates} were there already`);
  }
}

function requireOption(option: string, value: string | undefined): string {
  if (value === undefined) throw new Error(`--${option} is missing\n\n${usage}`);
  return value;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(argv: readonly string[]): Promise<void> {
  const { positionals, values } = readArguments(argv);
  const [command, ...files] = positionals;
  switch (command ?? '') {
    case 'start':
      return start(values);
    case 'fsck':
      if (!(await fsck(requireOption('data', values.data), print))) process.exitCode = 1;
      return;
    case 'backup':
      return backUpTo(values);
    case 'compact': {
      const { before, after } = await compact(requireOption('data', values.data));
      print(`${before} bytes before, ${after} after`);
      return;
    }
    case 'export':
      return exportAll(values);
    case 'import':
      return importAll(values, files);
    default:
      throw new Error(usage);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
