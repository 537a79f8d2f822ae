// A device of alice that sends files, and goes on by itself when it was killed: `sending-device URL CHAT FOLDER`. Each line of
// its input names a file to attach, and whether a message is sent with it; each line of its output says what became of one.
import { ChatIdSchema } from '@whisper/shared';
import { openAsBlob } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { createWhisperClient, devTokens, fileStorage, folderFiles, isDraft } from '../src/node.ts';
import type { DeviceLine, GivenFile } from './device-lines.ts';

const [url = '', chat, folder = ''] = process.argv.slice(2);
const chatId = ChatIdSchema.parse(chat);
const storage = fileStorage(folder);
const files = folderFiles(join(folder, 'files'));
const client = createWhisperClient({
  url,
  getToken: devTokens(url, 'alice'),
  storage,
  files,
  random: () => 0.02,
});
const say = (line: DeviceLine) => process.stdout.write(`${JSON.stringify(line)}\n`);

await client.store.when(({ isSynced }) => isSynced);
client.store.subscribe(tell);
tell();
for await (const line of createInterface({ input: process.stdin })) void take(JSON.parse(line));

/** What waits to be sent; what was refused is let go of. */
function tell(): void {
  const { outbox } = client.store.getSnapshot();
  for (const { clientId, failure, ...entry } of outbox) {
    if (!failure || !('text' in entry)) continue;
    say({ type: 'failed', name: entry.text });
    queueMicrotask(() => client.store.discard(clientId));
  }
  say({ type: 'waiting', count: outbox.filter(isDraft).length });
}

async function take({ path, isSent }: GivenFile): Promise<void> {
  const name = basename(path);
  const upload = client.store.uploads.attach(await openAsBlob(path), { name });
  upload.subscribe(() => say({ type: 'sent', name, bytes: upload.getSnapshot().sentBytes }));
  if (!isSent) return;
  const messageId = client.store.send(chatId, name, { files: [upload] });
  const isWaiting = () => client.store.getSnapshot().outbox.some(({ clientId }) => clientId === messageId);
  const isKept = async () => {
    const kept = await files.list();
    const keys = [...(await storage.getAllKeys())];
    const hasBytes = kept.some(({ key, at }) => key.endsWith(upload.file.clientId) && at > 0);
    return hasBytes && keys.some((key) => key.endsWith(messageId));
  };
  // From now on it arrives, whatever ends: the device has it, or it was acknowledged already.
  while (!(await isKept()) && isWaiting()) await sleep(2);
  say({ type: 'kept', name });
}
