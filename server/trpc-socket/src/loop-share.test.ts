import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { LoopShare } from './loop-share.ts';

/** A share, work that takes so many milliseconds of it, and what was done. */
function open() {
  let now = 0;
  const share = new LoopShare(() => now);
  const done: string[] = [];
  const work = (name: string, ms: number) => () => {
    now += ms;
    done.push(name);
  };
  return { share, work, done };
}

it('has room until a turn had its share, and again in the next', async () => {
  const { share, work } = open();

  expect(share.hasRoom).toBe(true);
  work('a', 7)();
  expect(share.hasRoom).toBe(true);
  work('b', 1)();
  expect(share.hasRoom).toBe(false);

  await setImmediate();
  expect(share.hasRoom).toBe(true);
});

it('runs what waits in its order, as much in each turn as there is room for', async () => {
  const { share, work, done } = open();
  for (const name of ['a', 'b', 'c', 'd', 'e']) share.wait(work(name, 4));

  await setImmediate();
  expect(done).toEqual(['a', 'b']);
  await setImmediate();
  expect(done).toEqual(['a', 'b', 'c', 'd']);
  await setImmediate();
  expect(done).toEqual(['a', 'b', 'c', 'd', 'e']);
});

it('counts what a task does in promises before the next one', async () => {
  const { share, work, done } = open();
  for (const name of ['a', 'b']) {
    const begun = new Promise<void>((resolve) => share.wait(resolve));
    void begun.then(() => undefined).then(work(name, 100));
  }

  await setImmediate();
  expect(done).toEqual(['a']);
  await setImmediate();
  expect(done).toEqual(['a', 'b']);
});

it('has no room for others before those who wait', async () => {
  const { share, work, done } = open();
  share.wait(work('a', 0));

  expect(share.hasRoom).toBe(false);
  await setImmediate();

  expect(done).toEqual(['a']);
  expect(share.hasRoom).toBe(true);
});

it('begins nothing more in a turn in which somebody comes, and one piece in the next', async () => {
  const { share, work, done } = open();
  share.hurry();
  expect(share.hasRoom).toBe(false);
  for (const name of ['a', 'b', 'c', 'd']) share.wait(work(name, 2));

  await setImmediate();
  expect(done).toEqual(['a']);
  await setImmediate();
  expect(done).toEqual(['a', 'b', 'c', 'd']);
});

it('lets those who come at once in before the work that waits', async () => {
  const share = new LoopShare();
  let pieces = 0;
  const spin = () => {
    pieces += 1;
    for (const endsAt = performance.now() + 3; performance.now() < endsAt; );
    share.wait(spin);
  };
  const comers = 50;
  let inside = 0;
  const server = createServer((socket) => {
    share.hurry();
    socket.resume().on('error', () => undefined);
    inside += 1;
    if (inside === comers) server.emit('all inside');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  for (let count = 0; count < 4; count += 1) share.wait(spin);

  const allInside = once(server, 'all inside');
  const sockets = Array.from({ length: comers }, () => connect(port, '127.0.0.1'));
  await allInside;

  expect(pieces).toBeLessThan(1.4 * comers);
  for (const socket of sockets) socket.destroy();
  server.close();
});
