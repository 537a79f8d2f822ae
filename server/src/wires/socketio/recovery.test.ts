import { ChatIdSchema } from '@whisper/shared';
import { decodeJwt } from 'jose';
import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Conversation } from '../../testing/legacy/conversation.ts';
import { LegacyTestSocket } from '../../testing/legacy/legacy-socket.ts';
import { ManualClock } from '../../testing/index.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Bob talks by tRPC with a fresh token each time: his client knows how to get one. */
async function startWithBob() {
  const clock = new ManualClock();
  const talk = await Conversation.start({ clock });
  const chatId = ChatIdSchema.parse(talk.chatId);
  const say = async (text: string) => {
    const bob = await talk.server.signIn('bob');
    await bob.api.message.send.mutate({ chatId, text, clientId: randomUUID() });
  };
  return { talk, clock, say };
}

/** A client that would come back with this, on a connection of its own. */
function comeBack(url: string, auth: object): LegacyTestSocket {
  const socket = new LegacyTestSocket(url, auth, { transports: ['websocket'] });
  onTestFinished(() => socket.close());
  return socket;
}

function textsOf(socket: LegacyTestSocket): unknown[] {
  return socket.all('new-message').map(({ text }) => text);
}

describe('an old client that lost its connection', () => {
  it.each(['polling', 'websocket'] as const)(
    'comes back over %s with its expired token and gets what it missed, once',
    async (transport) => {
      const { talk, clock, say } = await startWithBob();
      await using _ = talk;
      await say('before alice connected');
      clock.advance(minuteMs);
      const alice = await talk.alice.connect(transport);
      await say('live');
      await alice.next('new-message');

      alice.client.io.reconnection(false);
      const ended = alice.ended();
      alice.drop();
      await ended;
      clock.advance(5 * minuteMs);
      await say('missed');
      alice.client.connect();
      await alice.next('new-message', 2);
      await say('live again');
      await alice.next('new-message', 3);

      await alice.settle();
      expect(textsOf(alice)).toEqual(['live', 'missed', 'live again']);
      expect(alice.client.recovered).toBe(true);
    },
  );

  it('comes back after hours in which it heard nothing', async () => {
    const { talk, clock, say } = await startWithBob();
    await using _ = talk;
    const alice = await talk.alice.connect();
    clock.advance(8 * hourMs);
    alice.client.io.reconnection(false);
    const ended = alice.ended();
    alice.drop();
    await ended;
    await say('missed');
    alice.client.connect();
    expect(await alice.next('new-message')).toMatchObject({ text: 'missed' });
  });

  it('comes back while the server still believes in the dead connection, and gets what went into it', async () => {
    const { talk, clock, say } = await startWithBob();
    await using _ = talk;
    const dead = await talk.alice.connect('websocket');
    dead.client.io.reconnection(false);
    await say('seen');
    await dead.next('new-message');
    const { ticket } = dead;
    await say('lost on the way');
    await dead.next('new-message', 2);

    clock.advance(2 * minuteMs);
    const ended = dead.ended();
    const alice = comeBack(dead.url, { ...ticket, token: talk.alice.token });
    await alice.next('new-message');
    expect(await ended).toBe('transport close');
    await alice.next('online-users');
    await expect.poll(() => talk.server.connections).toBe(1);

    await say('live');
    await alice.next('new-message', 2);
    expect(textsOf(alice)).toEqual(['lost on the way', 'live']);
  });

  it('goes on from where it was each time it comes back', async () => {
    const { talk, say } = await startWithBob();
    await using _ = talk;
    const alice = await talk.alice.connect('websocket');
    for (let n = 1; n <= 5; n += 1) {
      alice.drop();
      await say(String(n));
      await alice.next('new-message', n);
      await alice.next('online-users', n + 1);
    }
    await alice.settle();
    expect(textsOf(alice)).toEqual(['1', '2', '3', '4', '5']);
  });
});

describe('a session', () => {
  async function leaveTicket() {
    const { talk, clock } = await startWithBob();
    const alice = await talk.alice.connect('websocket');
    const { ticket } = alice;
    alice.client.io.reconnection(false);
    const ended = alice.ended();
    alice.drop();
    await ended;
    while (talk.server.connections > 0) await new Promise(setImmediate);
    return { talk, clock, ticket };
  }

  it('is not a way in after ten minutes away', async () => {
    const { talk, clock, ticket } = await leaveTicket();
    await using _ = talk;
    clock.advance(11 * minuteMs);
    const late = comeBack(talk.server.url, { ...ticket, token: talk.alice.token });
    expect(await late.refusal()).toMatchObject({ message: 'Authentication error' });
  });

  it('does not make a token good that expired more than a day ago', async () => {
    const { talk, clock } = await startWithBob();
    await using _ = talk;
    const alice = await talk.alice.connect('websocket');
    clock.advance(25 * hourMs);
    const late = comeBack(talk.server.url, { ...alice.ticket, token: talk.alice.token });
    expect(await late.refusal()).toMatchObject({ message: 'Authentication error' });
  });

  it('is of no use to somebody else', async () => {
    const { talk, ticket } = await leaveTicket();
    await using _ = talk;
    const carol = comeBack(talk.server.url, { ...ticket, token: talk.carol.token });
    expect(await carol.refusal()).toMatchObject({ message: 'Authentication error' });
  });

  it('ends when Clerk revokes it while the client is away', async () => {
    const { talk, ticket } = await leaveTicket();
    await using _ = talk;
    const { sid, sub = '' } = decodeJwt(talk.alice.token);
    await talk.server.app.revocations.endSession(String(sid), { clerkId: sub, at: 0 });
    const revoked = comeBack(talk.server.url, { ...ticket, token: talk.alice.token });
    expect(await revoked.refusal()).toMatchObject({ message: 'Authentication error' });
    expect(revoked.received).toEqual([]);
  });

  it('ends when the client says goodbye', async () => {
    const { talk, clock } = await startWithBob();
    await using _ = talk;
    const alice = await talk.alice.connect('websocket');
    const { ticket } = alice;
    alice.close();
    while (talk.server.connections > 0) await new Promise(setImmediate);
    clock.advance(2 * minuteMs);
    const late = comeBack(talk.server.url, { ...ticket, token: talk.alice.token });
    expect(await late.refusal()).toMatchObject({ message: 'Authentication error' });
  });
});
