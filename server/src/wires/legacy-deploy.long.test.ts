import type { LegacyMessage } from '@whisper/shared/legacy';
import { expect, inject, it, onTestFinished } from 'vitest';
import { MobileApp, WebApp, type LegacyApp } from '../testing/legacy/legacy-app.ts';
import { newDatabaseUri, ServerProcess } from '../testing/index.ts';
import { hasRedis } from '../testing/with-redis.ts';

const minuteMs = 60_000;

/** A process whose clock is that much ahead, as if the one before it had run for so long. */
const ahead = (ms: number) => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(`const now=Date.now;Date.now=()=>now()+${ms}`)}`,
});

async function open<App extends MobileApp | WebApp>(app: App): Promise<App> {
  onTestFinished(() => app.close());
  await app.start();
  return app;
}

const textsOf = (app: LegacyApp, chatId: string) => app.rowsOf(chatId).map(({ text }) => text);

const onRedis = () => ({ MONGODB_URI: newDatabaseUri(), REDIS_URL: inject('redisUrl') });
const places = [['the database', () => ({})] as const, ...(hasRedis ? [['Redis', onRedis] as const] : [])];

/** The apps know nothing of it: their sockets come back by themselves, with the token of their first connection. */
it.for(places)(
  'the old apps, remembered in %s, go on through deploys with tokens that expired long ago',
  async ([, settings]) => {
    await using server = await ServerProcess.create(settings());
    await server.start();
    const [alice, bob] = await Promise.all([
      open(new MobileApp(server, 'alice')),
      open(new WebApp(server, 'bob')),
    ]);
    const chatId = await alice.openChatWith(bob.me._id);
    await bob.openChatWith(alice.me._id);
    const tokens = [alice, bob].map(({ socket }) => socket.client.auth);
    const texts = ['before'];
    const arrive = () =>
      Promise.all(
        [alice, bob].map((app) =>
          app.socket.until(() => texts.every((each) => textsOf(app, chatId).includes(each))),
        ),
      );
    alice.send(chatId, 'before');
    await arrive();

    const ends = [
      ['killed', () => server.kill()],
      ['stopped', () => server.stop()],
    ] as const;
    for (const [index, [how, end]] of ends.entries()) {
      const gone = Promise.all([alice, bob].map(({ socket }) => socket.ended()));
      await end();
      await gone;
      alice.send(chatId, `written while it was ${how}`);
      await server.start(ahead(5 * (index + 1) * minuteMs));
      texts.push(`written while it was ${how}`, `after it was ${how}`);
      await bob.socket.until(() => bob.isConnected);
      bob.send(chatId, `after it was ${how}`);
      await arrive();
    }

    for (const app of [alice, bob]) {
      await app.socket.settle();
      const stored = await app.call<LegacyMessage[]>(`GET /api/messages/chat/${chatId}`);
      expect(stored.map(({ text }) => text).sort()).toEqual([...texts].sort());
      expect(app.rowsOf(chatId).map(({ _id }) => _id)).toEqual(stored.map(({ _id }) => _id));
      expect(app.socket.client.recovered).toBe(true);
    }
    expect([alice, bob].map(({ socket }) => socket.client.auth)).toEqual(tokens);
  },
);
