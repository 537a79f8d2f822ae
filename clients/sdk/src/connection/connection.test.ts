import { ManualClock, startTestServer } from '@whisper/server/testing';
import { closeCodes } from '@whisper/shared';
import { describe, expect, it, vi } from 'vitest';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import {
  meOf,
  openConversation,
  openDevice,
  openUnsynced,
  recordStatuses,
  sees,
  statusBecomes,
} from '../../test/people.ts';
import { toFailure } from './failure.ts';

describe('a connection', () => {
  it('extends its socket before the token expires, so that subscriptions outlive tokens', async () => {
    const clock = new ManualClock();
    await using server = await startTestServer({ clock });
    const tokens: Promise<string>[] = [];
    const getToken = () => {
      const token = server.tokenFor('alice');
      tokens.push(token);
      return token;
    };
    const alice = await openDevice(server.url, 'alice', { clock, getToken });
    const chat = await alice.store.openDirect(meOf(await openDevice(server.url, 'bob')).id);
    const statuses = recordStatuses(alice);

    for (let round = 1; round <= 4; round += 1) {
      for (let step = 0; step < 6; step += 1) {
        clock.advance(8_000);
        // What the socket says with a new token goes before this call.
        await tokens.at(-1);
        await alice.api.auth.sync.mutate();
      }
      await expect.poll(() => tokens).toHaveLength(1 + round);
      await tokens.at(-1);
      await alice.api.auth.sync.mutate();
    }

    // Sent by another device, so that only the subscription can bring it.
    const phone = await openDevice(server.url, 'alice');
    phone.store.send(chat.id, 'still here');
    await sees(alice, chat.id, ['still here']);
    expect(statuses).toEqual([]);
  });

  it('comes back with a new token when the server closes it because the old one expired', async () => {
    const clock = new ManualClock();
    await using server = await startTestServer({ clock });
    const { alice, bob, chatId } = await openConversation(server);
    const statuses = recordStatuses(alice);

    while (statuses.length === 0) {
      clock.advance(20_000);
      // A sign of life, so that the token is the only reason to close.
      await alice.api.auth.sync.mutate().catch(() => undefined);
    }
    await statusBecomes(alice, 'open');

    bob.store.send(chatId, 'welcome back');
    await sees(alice, chatId, ['welcome back']);
    expect(statuses).toEqual(['offline', 'connecting', 'open']);
  });

  it('makes a query again with another token when the server calls its token expired', async () => {
    const clock = new ManualClock();
    await using server = await startTestServer({ clock });
    const alice = await openDevice(server.url, 'alice');

    clock.advance(70_000);

    expect(await alice.api.auth.me.query()).toMatchObject({ name: 'alice' });
  });

  it.each(['sessionRevoked', 'userDeleted', 'tooManySockets'] as const)(
    'does not come back after %s, and says why',
    async (reason) => {
      await using server = await startTestServer();
      await using link = await FlakyLink.open(server.url);
      const alice = await openDevice(link.url, 'alice');
      const { connectionCount } = link;

      server.app.connections.closeUser(meOf(alice).id, reason);
      await statusBecomes(alice, 'refused');

      const { message } = { message: closeCodes[reason].reason };
      expect(alice.connection.getSnapshot()).toEqual({ status: 'refused', reason, message });
      await expect(alice.api.auth.sync.mutate()).rejects.toThrow(message);
      await expect(alice.store.when(() => false)).rejects.toThrow();
      expect(link.connectionCount).toBe(connectionCount);
    },
  );

  it('is refused when nobody is signed in, without troubling the server', async () => {
    await using server = await startTestServer();
    await using link = await FlakyLink.open(server.url);

    const nobody = openUnsynced(link.url, 'nobody', { getToken: () => null });
    const waiting = nobody.store.when(({ isSynced }) => isSynced);

    await expect(waiting).rejects.toThrow('The client is closed');
    await statusBecomes(nobody, 'refused');
    expect(nobody.connection.getSnapshot()).toMatchObject({ reason: 'signedOut' });
    expect(link.connectionCount).toBe(0);
  });

  it('is refused after a few tries when the server takes none of its tokens', async () => {
    await using server = await startTestServer();
    let asked = 0;
    const getToken = () => `not a token ${(asked += 1)}`;

    const mallory = openUnsynced(server.url, 'mallory', { getToken });

    await statusBecomes(mallory, 'refused');
    expect(mallory.connection.getSnapshot()).toMatchObject({ reason: 'unauthorized' });
    expect(asked).toBeLessThan(10);
  });

  it('leaves no call waiting for ever when it is refused in the middle of one', async () => {
    await using server = await startTestServer();
    let asked = 0;
    const getToken = () => ((asked += 1) === 1 ? 'not a token' : null);
    const mallory = openUnsynced(server.url, 'mallory', { getToken });

    const refused: unknown = await mallory.api.auth.sync.mutate().catch((error: unknown) => error);

    expect(toFailure(refused)).toMatchObject({ code: 'STOPPED', message: 'Nobody is signed in' });
  });

  it('keeps asking for a token while that fails, and reports it', async () => {
    await using server = await startTestServer();
    const onError = vi.fn<(error: unknown) => void>();
    let asked = 0;
    const getToken = async () => {
      asked += 1;
      if (asked < 3) throw new Error('The identity provider is away');
      return server.tokenFor('alice');
    };

    const alice = await openDevice(server.url, 'alice', { getToken, onError });

    expect(meOf(alice).name).toBe('alice');
    expect(onError).toHaveBeenCalledWith(new Error('The identity provider is away'));
  });

  it('waits a random while before the first try to come back, and longer before the next', async () => {
    await using server = await startTestServer();
    await using link = await FlakyLink.open(server.url);
    const clock = new RecordingClock();
    const alice = await openDevice(link.url, 'alice', { clock, random: () => 1 });
    link.isDown = true;
    link.drop();

    for (const waitMs of [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]) {
      await clock.isAskedToWait(waitMs);
      clock.advance(waitMs - 1);
      expect(alice.connection.getSnapshot().status).toBe('offline');
      link.isDown = clock.waits.length < 7;
      clock.advance(1);
    }

    await statusBecomes(alice, 'open');
  });

  it('tries at once when it is told that there is a chance', async () => {
    await using server = await startTestServer();
    await using link = await FlakyLink.open(server.url);
    const alice = await openDevice(link.url, 'alice', { clock: new ManualClock(), random: () => 1 });
    link.drop();
    await statusBecomes(alice, 'offline');

    alice.retryNow();

    await statusBecomes(alice, 'open');
  });

  it('moves to another socket without a break when the server says that it is about to end', async () => {
    await using server = await startTestServer();
    const { alice, bob, chatId } = await openConversation(server);
    const statuses = recordStatuses(alice);
    const closed = vi.spyOn(server.app.connections, 'remove');

    server.app.connections.notifyDraining();
    for (let index = 0; index < 20; index += 1) {
      bob.store.send(chatId, `${index}`);
      alice.store.send(chatId, `${index}`);
    }
    await vi.waitFor(() => expect(closed).toHaveBeenCalledTimes(2), { timeout: 15_000 });
    await Promise.all([alice, bob].map(({ store }) => store.when(({ outbox }) => outbox.length === 0)));

    const { messages } = await alice.api.message.list.query({ chatId });
    await Promise.all(
      [alice, bob].map((client) =>
        sees(
          client,
          chatId,
          messages.map(({ text }) => text),
        ),
      ),
    );
    expect(messages).toHaveLength(40);
    expect(statuses).toEqual([]);
  });

  it('leaves nothing behind when it is closed', async () => {
    await using server = await startTestServer();
    const clock = new CountingClock();
    const { alice, bob, chatId } = await openConversation(server, { clock });
    alice.store.setTyping(chatId, true);
    bob.store.setTyping(chatId, true);
    await alice.store.when(({ typing }) => typing.size === 1);
    const sent = alice.store.send(chatId, 'never mind');

    alice.close();
    alice.close();

    expect(clock.pendingCount).toBe(0);
    expect(alice.connection.getSnapshot()).toEqual({ status: 'closed' });
    expect(alice.store.getSnapshot().outbox.map(({ clientId }) => clientId)).toEqual([sent]);
    const refused: unknown = await alice.api.auth.me.query().catch((error: unknown) => error);
    expect(toFailure(refused).message).toBe('The client is closed');
    bob.close();
    await expect.poll(() => server.app.connections.size).toBe(0);
  });
});

/** What sockets and requests may take; everything longer is no wait between attempts either. */
const deadlinesMs = [5_000, 10_000];

/** Notes the waits between attempts. */
class RecordingClock extends ManualClock {
  readonly waits: number[] = [];
  #takenCount = 0;

  override after(delayMs: number, task: () => void): () => void {
    if (delayMs <= 15_000 && !deadlinesMs.includes(delayMs)) this.waits.push(delayMs);
    return super.after(delayMs, task);
  }

  async isAskedToWait(delayMs: number): Promise<void> {
    await expect.poll(() => this.waits.length).toBeGreaterThan(this.#takenCount);
    expect(this.waits[this.#takenCount]).toBe(delayMs);
    this.#takenCount += 1;
  }
}

class CountingClock extends ManualClock {
  pendingCount = 0;

  override after(delayMs: number, task: () => void): () => void {
    this.pendingCount += 1;
    let isPending = true;
    const settle = () => {
      if (isPending) this.pendingCount -= 1;
      isPending = false;
    };
    const cancel = super.after(delayMs, () => {
      settle();
      task();
    });
    return () => {
      settle();
      cancel();
    };
  }
}
