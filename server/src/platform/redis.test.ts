import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { hasRedis } from '../testing/with-redis.ts';
import { RedisServer } from '../nodes/redis-server.ts';
import { createLogger } from './logger.ts';
import { parseRedisUrl } from './redis-address.ts';
import { Redis } from './redis.ts';

const log = createLogger('silent');

test.each([
  ['redis://localhost', { kind: 'single', hosts: [{ host: 'localhost', port: 6379 }], isTls: false }],
  ['rediss://u:p%40@h:7000/3', { isTls: true, username: 'u', password: 'p@', database: 3 }],
  ['redis://:secret@[::1]:6380', { hosts: [{ host: '::1', port: 6380 }], password: 'secret' }],
  [
    'redis+sentinel://one,two:5000/mymaster/2',
    {
      kind: 'sentinel',
      hosts: [
        { host: 'one', port: 26379 },
        { host: 'two', port: 5000 },
      ],
      masterName: 'mymaster',
      database: 2,
    },
  ],
  ['rediss+cluster://one:1,two:2', { kind: 'cluster', isTls: true, database: 0 }],
])('REDIS_URL may be %s', (url, expected) => {
  expect(parseRedisUrl(url)).toMatchObject(expected);
});

test.each([
  ['localhost:6379', 'must begin with redis://'],
  ['http://localhost', 'must begin with redis://'],
  ['redis://', 'must name a host'],
  ['redis://host:99999', 'port'],
  ['redis://host/x', 'number of a database'],
  ['redis://host?family=6', 'takes no options'],
  ['redis://one,two', 'names several hosts'],
  ['redis://u:%zz@host', 'holds a %'],
  ['redis+sentinel://one', 'must name the master'],
  ['redis+cluster://one/1', 'takes no path'],
])('REDIS_URL may not be %s, and hears why', (url, why) => {
  expect(() => parseRedisUrl(url)).toThrow(why);
});

describe.runIf(hasRedis)('Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const open = async () => {
    const redis = await Redis.open({
      address: parseRedisUrl(server.url),
      log,
      namespace: 'test',
      patienceMs: 20_000,
    });
    onTestFinished(() => redis.close());
    return redis;
  };

  test('two processes hear each other, on the channels they listen to', async () => {
    const [one, other] = [await open(), await open()];
    const heard: string[] = [];
    await one.subscribe(['test:a'], (message) => heard.push(message));

    other.publish('test:b', 'no');
    other.publish('test:a', 'yes');

    await expect.poll(() => heard).toEqual(['yes']);
    expect(await one.eval("return redis.call('incr', KEYS[1])", ['test:n'], [])).toBe(1);
  });

  describe.each([
    ['stops and goes on', () => Promise.resolve(server.pause()), () => Promise.resolve(server.resume())],
    ['dies and comes back empty', () => server.kill(), () => server.start()],
  ])('that %s', (_what, breakIt, mendIt) => {
    test('is known to be away, refuses at once, and is listened to again', async () => {
      const [one, other] = [await open(), await open()];
      const heard: string[] = [];
      const hear = (message: string) => void heard.push(message);
      await one.subscribe(['test:a', 'test:left'], hear);
      const turns: string[] = [];
      one.onAway(() => turns.push('away'));
      one.onBack(() => turns.push('back'));

      await breakIt();
      await expect.poll(() => [one.isAway, other.isAway]).toEqual([true, true]);
      await expect(one.eval('return 1', ['test:n'], [])).rejects.toThrow('away');
      expect(other.publish('test:a', 'lost')).toBe(false);
      await one.subscribe(['test:late'], hear);
      one.unsubscribe(['test:left']);
      await mendIt();
      await expect.poll(() => [one.isAway, other.isAway]).toEqual([false, false]);
      for (const channel of ['test:a', 'test:late']) other.publish(channel, channel);

      await expect.poll(() => heard).toEqual(['test:a', 'test:late']);
      const count = "return redis.call('pubsub', 'shardnumsub', KEYS[1])[2]";
      expect(await other.eval(count, ['test:left'], [])).toBe(0);
      expect(turns).toEqual(['away', 'back']);
    });
  });

  test('lets a process start without it', async () => {
    const address = parseRedisUrl('redis://127.0.0.1:1');
    const redis = await Redis.open({ address, log, namespace: 'test', patienceMs: 100 });
    onTestFinished(() => redis.close());
    expect(redis.isAway).toBe(true);
  });
});
