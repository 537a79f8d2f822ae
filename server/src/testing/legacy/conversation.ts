import { LegacyChatSchema, type LegacyChat } from '@whisper/shared/legacy';
import { startTestServer, type TestServer } from '../index.ts';
import { LegacyClient } from './legacy-client.ts';

type Options = Parameters<typeof startTestServer>[0];

/** A server with old clients of alice and bob, who have a chat, and of carol, who is not in it. */
export class Conversation implements AsyncDisposable {
  readonly server: TestServer;
  readonly alice: LegacyClient;
  readonly bob: LegacyClient;
  readonly carol: LegacyClient;
  readonly chat: LegacyChat;

  private constructor(
    server: TestServer,
    people: readonly [LegacyClient, LegacyClient, LegacyClient],
    chat: LegacyChat,
  ) {
    this.server = server;
    [this.alice, this.bob, this.carol] = people;
    this.chat = chat;
  }

  static async start(options?: Options): Promise<Conversation> {
    const server = await startTestServer(options);
    const people = await Promise.all([
      LegacyClient.signIn(server, 'alice'),
      LegacyClient.signIn(server, 'bob'),
      LegacyClient.signIn(server, 'carol'),
    ]);
    const chat = await people[0].call(`POST /api/chats/with/${people[1].me._id}`);
    return new Conversation(server, people, LegacyChatSchema.parse(chat));
  }

  get chatId(): string {
    return this.chat._id;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}
