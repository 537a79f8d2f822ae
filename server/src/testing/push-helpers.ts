import type { ChatId, DeviceKind, UserId } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import type { FakePushServices } from './fake-push.ts';
import type { ManualClock } from './manual-clock.ts';
import type { TestServer } from './start-test-server.ts';
import type { TestClient } from './test-client.ts';

type Stage = {
  readonly fake: FakePushServices;
  readonly server: TestServer;
  readonly clock: ManualClock;
};

/** How long the server may take to look for what is due. */
const lookMs = 5_000;

/** What people with devices do, on the stage of a test file. */
export function pushHelpers(stage: () => Stage) {
  /** Time passes, and what it makes due is done. */
  async function pass(ms = lookMs, on: TestServer = stage().server): Promise<void> {
    await on.app.lastMessages.settled();
    stage().clock.advance(ms);
    await on.app.pusher.settled();
  }

  const send = (by: TestClient, chatId: ChatId, message: string | { text: string; mentions: UserId[] }) =>
    by.api.message.send.mutate({
      chatId,
      clientId: randomUUID(),
      ...(typeof message === 'string' ? { text: message } : message),
    });

  async function register(person: TestClient, kind: DeviceKind = 'expo') {
    const input = stage().fake.deviceOf(kind);
    const device = await person.api.device.register.mutate(input);
    return { ...device, address: input.kind === 'web' ? input.endpoint : input.token };
  }

  /** Two people who are nobody else, in a chat; the second one has a device. */
  async function openPair(on: TestServer = stage().server) {
    const names = ['alice', 'bob'].map((name) => `${name} ${randomUUID().slice(0, 8)}`);
    const [alice, bob] = await Promise.all([on.signIn(names[0] ?? ''), on.signIn(names[1] ?? '')]);
    const { id: chatId } = await alice.api.chat.openDirect.mutate({ userId: bob.me.id });
    const phone = await register(bob);
    return { alice, bob, chatId, phone };
  }

  const pushesTo = (...addresses: string[]) =>
    stage().fake.received.filter(({ to }) => addresses.includes(to));
  const bodiesTo = (address: string) => pushesTo(address).map(({ body }) => body);
  return { pass, send, register, openPair, pushesTo, bodiesTo };
}
