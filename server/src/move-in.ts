import { parseArgs } from 'node:util';
import { survey, type Survey } from './migrations/express/survey.ts';
import { systemClock } from './platform/clock.ts';
import { mongodbUri } from './platform/env-values.ts';
import { createLogger } from './platform/logger.ts';
import { connectMongo } from './platform/mongo.ts';
import { prepareDatabase } from './server.ts';

const usage = `Usage: npm run move-in -- --from mongodb://HOST/DATABASE [--dry-run]

Stop the old app and make a backup first. It may be ended and run again at any time: it goes on where it was.
`;

const options = { from: { type: 'string' }, 'dry-run': { type: 'boolean', default: false } } as const;

type Write = (text: string) => void;

/**
 * Makes the database of an app on the Express backend ours, in place, as a start does; and says before and after what it is
 * about. Resolves with the exit code.
 */
export async function moveIn(args: readonly string[], write: Write): Promise<number> {
  const { values } = parseArgs({ options, args: [...args] });
  const from = mongodbUri.safeParse(values.from);
  if (from.success) return convert(from.data, { isDryRun: values['dry-run'], write });
  const problem = values.from === undefined ? '' : `--from ${from.error.issues[0]?.message}\n\n`;
  write(problem + usage);
  return 2;
}

type Options = { readonly isDryRun: boolean; readonly write: Write };

async function convert(from: string, { isDryRun, write }: Options): Promise<number> {
  const db = await connectMongo(from, { isPatient: true });
  try {
    const found = await survey(db);
    write(`\n${describe(db.name, found)}\n`);
    if (found.people + found.chats + found.messages === 0) {
      write(`Nothing of an app is in the database ${db.name}: name another in the address.\n`);
      return 1;
    }
    if (isDryRun) {
      write('Nothing was changed. Without --dry-run it will be.\n');
      return 0;
    }
    await prepareDatabase(from, { clock: systemClock, log: createLogger('info') });
    write(`\nNow:\n${describe(db.name, await survey(db))}\nStart Whisper with MONGODB_URI.\n`);
    return 0;
  } finally {
    await db.close();
  }
}

function describe(name: string, found: Survey): string {
  const lines = [
    ['People', found.people, found.missingPeople, 'more are named and gone: each becomes a "Deleted user"'],
    [
      'Chats',
      found.chats,
      found.doubledChats,
      'are second ones of two people: merged, their ids still answer',
    ],
    ['Messages', found.messages, found.unnumberedMessages, 'have no place yet: by time, then by id'],
  ] as const;
  const rows = lines.map(
    ([what, count, open, why]) => `  ${what.padEnd(10)}${count}${open > 0 ? `; ${open} ${why}` : ''}\n`,
  );
  return `  ${'Database'.padEnd(10)}${name}\n${rows.join('')}`;
}
