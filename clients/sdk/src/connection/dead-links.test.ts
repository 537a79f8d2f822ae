import { ManualClock, startTestServer } from '@whisper/server/testing';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import { describe, expect, it, vi } from 'vitest';
import {
  meOf,
  openDevice,
  openUnsynced,
  patience,
  recordStatuses,
  sees,
  statusBecomes,
} from '../../test/people.ts';
import type { WhisperClient } from '../create-whisper-client.ts';
import { toFailure } from './failure.ts';

describe('a connection that dies without a goodbye', () => {
  it('is noticed after 15 s of silence and replaced, and nothing is lost', async () => {
    await using server = await startTestServer();
    await using link = await FlakyLink.open(server.url);
    const clock = new ManualClock();
    const alice = await openDevice(link.url, 'alice', { clock });
    const bob = await openDevice(server.url, 'bob');
    const chat = await alice.store.openDirect(meOf(bob).id);
    await bob.store.openChat(chat.id);

    link.mute();
    alice.store.send(chat.id, 'from here');
    bob.store.send(chat.id, 'from there');
    await bob.store.when(({ outbox }) => outbox.length === 0);
    clock.advance(15_000);
    await statusBecomes(alice, 'offline');
    await comesBack(alice, clock);

    await Promise.all([alice, bob].map((each) => sees(each, chat.id, ['from there', 'from here'])));
  });

  it('is noticed within 5 s of being told that there is a chance; a live one stays', async () => {
    await using server = await startTestServer();
    await using link = await FlakyLink.open(server.url);
    const clock = new ManualClock();
    const alice = await openDevice(link.url, 'alice', { clock });
    const statuses = recordStatuses(alice);

    alice.retryNow();
    await alice.api.auth.sync.mutate();
    clock.advance(5_000);
    await alice.api.auth.sync.mutate();
    expect(statuses).toEqual([]);
    link.mute();
    alice.retryNow();
    alice.retryNow();
    clock.advance(5_000);

    await statusBecomes(alice, 'offline');
  });

  it('fails a query after 10 s, which may then be repeated', async () => {
    await using server = await startTestServer();
    await using link = await FlakyLink.open(server.url);
    const clock = new ManualClock();
    const alice = await openDevice(link.url, 'alice', { clock });

    link.isMute = true;
    link.mute();
    const onFailure = vi.fn<(error: unknown) => void>();
    void alice.api.auth.me.query().catch(onFailure);

    await vi.waitFor(() => {
      clock.advance(10_000);
      expect(onFailure).toHaveBeenCalled();
    }, patience);
    expect(toFailure(onFailure.mock.lastCall?.[0])).toMatchObject({ code: 'UNREACHABLE', isRetryable: true });
  });
});

describe('a connect that is never answered', () => {
  it('is given up after 10 s', async () => {
    await using server = await startTestServer();
    await using link = await FlakyLink.open(server.url);
    const clock = new ManualClock();
    link.isMute = true;
    const alice = openUnsynced(link.url, 'alice', { clock, getToken: () => server.tokenFor('alice') });
    await expect.poll(() => link.connectionCount).toBe(1);

    link.isMute = false;
    clock.advance(9_999);
    expect(alice.connection.getSnapshot().status).toBe('connecting');
    clock.advance(1);
    await statusBecomes(alice, 'offline');
    await comesBack(alice, clock);
  });

  it('is dropped for a new one when a person asks for it', async () => {
    await using server = await startTestServer();
    await using link = await FlakyLink.open(server.url);
    const alice = await openDevice(link.url, 'alice', { clock: new ManualClock() });
    link.isMute = true;
    link.drop();
    await statusBecomes(alice, 'offline');
    alice.retryNow();
    const { connectionCount } = link;
    await expect.poll(() => link.connectionCount).toBe(connectionCount + 1);

    link.isMute = false;
    alice.retryNow();

    await statusBecomes(alice, 'open');
  });
});

describe('a token that never comes', () => {
  it('is asked for again after 10 s', async () => {
    await using server = await startTestServer();
    const clock = new ManualClock();
    const onError = vi.fn<(error: unknown) => void>();
    const getToken = vi.fn(() => server.tokenFor('alice')).mockReturnValueOnce(new Promise(() => undefined));
    const alice = openUnsynced(server.url, 'alice', { clock, getToken, onError });
    await expect.poll(() => getToken).toHaveBeenCalled();

    clock.advance(10_000);

    await comesBack(alice, clock);
    expect(onError).toHaveBeenCalledWith(new Error('No token came in time'));
  });

  it('is asked for again at once when a person asks for it', async () => {
    await using server = await startTestServer();
    const getToken = vi.fn(() => server.tokenFor('alice')).mockReturnValueOnce(new Promise(() => undefined));
    const alice = openUnsynced(server.url, 'alice', { clock: new ManualClock(), getToken });
    await expect.poll(() => getToken).toHaveBeenCalled();

    alice.retryNow();

    await statusBecomes(alice, 'open');
  });
});

/** Lets the short waits between attempts pass. */
async function comesBack(client: WhisperClient, clock: ManualClock): Promise<void> {
  await vi.waitFor(() => {
    clock.advance(100);
    expect(client.connection.getSnapshot().status).toBe('open');
  }, patience);
}
