import { ManualClock, startTestServer } from '@whisper/server/testing';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import { ChatIdSchema } from '@whisper/shared';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openDevice, statusBecomes } from '../../test/people.ts';

it('has no complaint of Node when many calls wait for a connection', async () => {
  await using server = await startTestServer();
  await using link = await FlakyLink.open(server.url);
  const clock = new ManualClock();
  const alice = await openDevice(link.url, 'alice', { clock });
  const onWarning = vi.fn<(warning: Error) => void>();
  process.on('warning', onWarning);
  onTestFinished(() => void process.off('warning', onWarning));
  link.cut();
  await statusBecomes(alice, 'offline');

  const before = clock.size;
  for (let index = 10; index < 60; index += 1) {
    const chatId = ChatIdSchema.parse(`${index}`.repeat(12));
    void alice.store.openChat(chatId).catch(() => undefined);
  }
  await expect.poll(() => clock.size).toBeGreaterThanOrEqual(before + 50);
  await new Promise(setImmediate);

  expect(onWarning).not.toHaveBeenCalled();
});
