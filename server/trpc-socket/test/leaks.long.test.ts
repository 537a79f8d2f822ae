import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { startSocketServer, type SocketHarness } from './socket-harness.ts';

const cycles = 1_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

async function openAndClose(server: SocketHarness, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    const client = await server.connectRaw({ token: `person ${count % 10}` });
    client.call('subscription', 'onNote', { input: { topic: 'a' } });
    await client.hear();
    client.ws.close();
    await client.closed;
  }
  await server.notes.waitForSize(0);
}

test('is as it was after 1,000 sockets came, subscribed and went', async () => {
  await using server = await startSocketServer();
  await openAndClose(server, 200);
  const timers = server.clock.size;
  const before = heapUsed();

  await openAndClose(server, cycles);

  await expect
    .poll(() => [server.sockets.size, server.present.size, server.clock.size])
    .toEqual([0, 0, timers]);
  const after = heapUsed();
  // 1 KiB a cycle would be a leak; a socket alone takes ten times that.
  expect(after - before).toBeLessThan(cycles * 1_024);
});

test('is as it was after 1,000 subscriptions of one socket were started and stopped', async () => {
  await using server = await startSocketServer();
  const client = await server.connectRaw({ token: 'alice' });
  const subscribeAndStop = async (times: number) => {
    for (let id = 1; id <= times; id += 1) {
      client.call('subscription', id % 2 === 0 ? 'onNote' : 'untilStopped', { id, input: { topic: 'a' } });
      await client.hear();
      if (id % 2 === 1) await client.hear();
      client.send({ id, method: 'subscription.stop' });
      server.gate.emit('open');
      await client.hear();
    }
  };
  // The first rounds compile code and grow tables; what leaks goes on growing after them.
  await subscribeAndStop(cycles);
  const before = heapUsed();

  await subscribeAndStop(cycles);

  expect(server.notes.sinks.size).toBe(0);
  expect(server.gate.listenerCount('open')).toBe(0);
  expect(heapUsed() - before).toBeLessThan(cycles * 512);
});
