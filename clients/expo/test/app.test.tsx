import { startTestServer, type TestClient, type TestServer } from '@whisper/server/testing';
import { createElement } from 'react';
import { create, type ReactTestInstance, type ReactTestRenderer } from 'react-test-renderer';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { App } from '../src/app.tsx';
import type { GetPushToken } from '../src/use-push-token.ts';

const patience = { timeout: 30_000 };
let server: TestServer;
beforeAll(async () => {
  // A phone has one.
  vi.stubGlobal('WebSocket', WebSocket);
  server = await startTestServer({ env: { PUSH: 'on', PUSH_EXPO_URL: 'http://127.0.0.1:9' } });
});
afterAll(async () => {
  vi.unstubAllGlobals();
  await server[Symbol.asyncDispose]();
});

/** The app on a phone whose screen a test reads and touches. */
class Phone {
  readonly #screen: ReactTestRenderer;

  private constructor(screen: ReactTestRenderer) {
    this.#screen = screen;
  }

  static start(url: string, getPushToken?: GetPushToken): Phone {
    const phone = new Phone(create(createElement(App, { url, ...(getPushToken && { getPushToken }) })));
    onTestFinished(() => phone.#screen.unmount());
    return phone;
  }

  get texts(): string[] {
    return this.#all('text').map(textOf);
  }

  async shows(...texts: string[]): Promise<void> {
    await vi.waitFor(() => expect(this.texts).toEqual(expect.arrayContaining(texts)), patience);
  }

  press(label: string): void {
    const button = this.#all('pressable').find(
      (each) => each.props['accessibilityLabel'] === label || textOf(each).startsWith(label),
    );
    if (!button) throw new Error(`There is no ${label} in ${this.texts.join(', ')}`);
    button.props['onPress']();
  }

  async write(label: string, text: string): Promise<void> {
    this.#input(label).props['onChangeText'](text);
    await vi.waitFor(() => expect(this.#input(label).props['value']).toBe(text), patience);
  }

  submit(label: string): void {
    this.#input(label).props['onSubmitEditing']();
  }

  #input(label: string): ReactTestInstance {
    const input = this.#all('text-input').find((each) => each.props['accessibilityLabel'] === label);
    if (!input) throw new Error(`There is no ${label}`);
    return input;
  }

  #all(element: string): ReactTestInstance[] {
    return this.#screen.root.findAll(({ type }) => String(type) === element);
  }
}

function textOf(node: ReactTestInstance | string): string {
  return typeof node === 'string' ? node : node.children.map(textOf).join('');
}

async function firstChatOf(client: TestClient) {
  const [chat] = (await client.api.chat.list.query({})).chats;
  if (!chat) throw new Error('There is no chat');
  return chat;
}

it('two people find each other, talk, and see who is there, who types and what is unread', async () => {
  const bob = await server.signIn('bob');
  await bob.socketApi.auth.me.query();
  const phone = Phone.start(server.url);
  await phone.shows('alice', 'bob');
  phone.press('alice');
  await phone.shows('Sign out', 'No chats yet.');

  await phone.write('Write to', 'bob');
  phone.submit('Write to');
  await phone.shows('‹ Chats', 'bob');
  await phone.write('Message', 'hello from a phone');
  phone.press('Send');
  await phone.shows('hello from a phone');
  await vi.waitFor(
    async () => expect((await firstChatOf(bob)).lastMessage?.text).toBe('hello from a phone'),
    patience,
  );

  const { id: chatId } = await firstChatOf(bob);
  await bob.api.typing.set.mutate({ chatId, isTyping: true });
  await phone.shows('typing …');
  await bob.api.message.send.mutate({ chatId, text: 'hello to you', clientId: 'answer' });
  await phone.shows('hello from a phone', 'hello to you', 'online');
  expect(phone.texts.indexOf('hello to you')).toBeGreaterThan(phone.texts.indexOf('hello from a phone'));

  phone.press('Back');
  await bob.api.message.send.mutate({ chatId, text: 'are you there?', clientId: 'question' });
  await phone.shows('bob ●', 'are you there?', '1');
  phone.press('bob');
  await phone.shows('‹ Chats', 'are you there?');
  phone.press('Back');
  await phone.shows('Sign out');
  await vi.waitFor(() => expect(phone.texts).not.toContain('1'), patience);

  phone.press('Sign out');
  await phone.shows('Whisper', 'alice', 'bob');
});

it('the phone receives the pushes of whoever signs in on it', async () => {
  const carol = await server.signIn('carol');
  const phone = Phone.start(server.url, async () => 'ExponentPushToken[carols-phone]');
  await phone.shows('carol');
  phone.press('carol');

  await vi.waitFor(
    async () =>
      expect((await carol.api.device.list.query()).devices).toMatchObject([
        { kind: 'expo', platform: 'android' },
      ]),
    patience,
  );

  phone.press('Sign out');
  await phone.shows('Whisper', 'carol');
  expect((await carol.api.device.list.query()).devices).toEqual([]);
});

it('says what to do where nobody can be signed in by name', async () => {
  const phone = Phone.start('http://127.0.0.1:9');

  await phone.shows(
    'http://127.0.0.1:9 does not answer. Set EXPO_PUBLIC_WHISPER_URL to where your server is.',
  );
});
