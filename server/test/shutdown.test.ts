import { limits } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { openChat, startTestServer } from '../src/testing/index.ts';

it('closes in good order: says so at /readyz, finishes what is in flight, loses nothing', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'whisper-shutdown-'));
  const ownStore = { MONGODB_URI: '', DATA_DIR: dataDir };
  const first = await startTestServer({ env: ownStore });
  const { alice, chat } = await openChat(first);
  const send = (api: typeof alice.api) =>
    api.message.send.mutate({ chatId: chat.id, text: 'in flight', clientId: randomUUID() });

  const { messageLog } = first.app;
  const append = messageLog.append.bind(messageLog);
  let goOn = () => {};
  const mayGoOn = new Promise<void>((resolve) => (goOn = resolve));
  const held = vi.spyOn(messageLog, 'append').mockImplementation(async (...message) => {
    await mayGoOn;
    return append(...message);
  });
  const inFlight = [send(alice.socketApi), send(alice.api)];
  await expect.poll(() => held).toHaveBeenCalledTimes(2);
  const closing = first.server.close();
  const readiness = await fetch(`${first.url}/readyz`);
  goOn();
  const [overSocket, overHttp] = await Promise.all(inFlight);
  await closing;

  expect(readiness.status).toBe(503);
  await using second = await startTestServer({ env: ownStore });
  const again = await second.signIn('alice');
  const { messages } = await again.api.message.list.query({
    chatId: chat.id,
    limit: limits.messagePageSizeMax,
  });
  expect(new Set(messages.map((message) => message.id))).toEqual(new Set([overSocket?.id, overHttp?.id]));
  await second.server.close();
  await rm(dataDir, { recursive: true, force: true });
});
