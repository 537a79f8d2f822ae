import { randomUUID } from 'node:crypto';
import { nowUs, quantile, stampedText } from '../clock.ts';
import { issueToken } from '../issue-token.ts';
import { printTable } from '../table.ts';
import { TrpcCaller } from '../trpc-caller.ts';
import { cpuUsOf, type Bench } from './bench.ts';

const groupsEach = 10;
const messagesEach = 50;
const calls = 60;

/** A page of history and the list of chats, in small groups and in large ones. */
export async function benchReads(bench: Bench): Promise<void> {
  const readers = await Promise.all(
    [3, bench.people].map(async (size) => {
      const reader = await TrpcCaller.open(bench.port, await issueToken(bench.port, `reader of ${size}`));
      return { reader, size, chatId: await fill(bench, reader, size) };
    }),
  );
  const kinds = readers.flatMap(({ reader, size, chatId }) => [
    {
      what: `page of history, ${size} people`,
      ask: () => reader.call('query', 'message.list', { chatId }),
    },
    {
      what: `list of ${groupsEach} chats, ${size} people each`,
      ask: () => reader.call('query', 'chat.list', {}),
    },
  ]);
  // All before any is measured: whatever came first would pay for what they share.
  for (const { ask } of kinds) await measure(bench, ask);
  const rows: Record<string, string>[] = [];
  for (const { what, ask } of kinds) rows.push({ what, ...(await measure(bench, ask)) });
  for (const { reader } of readers) reader.close();
  printTable('Reads in groups', rows);
}

/** Makes the reader's groups, in the last of which they write; resolves with that. */
async function fill(bench: Bench, reader: TrpcCaller, size: number): Promise<string> {
  const memberIds = [...bench.ids.values()].slice(0, size - 1);
  let chatId = '';
  for (let count = 0; count < groupsEach; count += 1) {
    const group = { name: `group ${count}`, memberIds, clientId: randomUUID() };
    ({ id: chatId } = await reader.call('mutation', 'chat.createGroup', group));
  }
  for (let count = 0; count < messagesEach; count += 1) {
    await reader.call('mutation', 'message.send', { chatId, text: stampedText(), clientId: randomUUID() });
  }
  return chatId;
}

async function measure(bench: Bench, ask: () => Promise<unknown>) {
  const took: number[] = [];
  const before = await cpuUsOf(bench);
  for (let count = 0; count < calls; count += 1) {
    const startedAt = nowUs();
    await ask();
    took.push(nowUs() - startedAt);
  }
  const cpuUs = ((await cpuUsOf(bench)) - before) / calls;
  const sorted = Float64Array.from(took).toSorted();
  return {
    'CPU µs/call': cpuUs.toFixed(0),
    'p50 ms': (quantile(sorted, 0.5) / 1_000).toFixed(2),
    'p99 ms': (quantile(sorted, 0.99) / 1_000).toFixed(2),
  };
}
