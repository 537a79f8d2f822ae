import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import type {
  Chat,
  ErrorCode,
  Me,
  Message,
  MessageChanges,
  MessageEvent,
  PresenceEvent,
  TypingEvent,
  UserId,
} from '@whisper/shared';
import { describe, expectTypeOf, it } from 'vitest';
import type { AppRouter, RouterInputs, RouterOutputs, WhisperApi, WhisperClient } from '../src/index.ts';

describe('what a client knows without importing the server', () => {
  it('infers the inputs of every kind of procedure', () => {
    expectTypeOf<RouterInputs['message']['send']>().toEqualTypeOf<{
      chatId: string;
      text: string;
      clientId: string;
      replyTo?: string | undefined;
      mentions?: string[] | undefined;
      attachmentIds?: string[] | undefined;
    }>();
    expectTypeOf<WhisperApi['message']['list']['query']>().parameter(0).toHaveProperty('before');
    expectTypeOf<RouterInputs['typing']['set']['isTyping']>().toEqualTypeOf<boolean>();
    expectTypeOf<RouterInputs>().toEqualTypeOf<inferRouterInputs<AppRouter>>();
  });

  it('infers the outputs, with dates as dates and ids as ids', () => {
    expectTypeOf<ReturnType<WhisperApi['auth']['me']['query']>>().resolves.toEqualTypeOf<Me>();
    expectTypeOf<ReturnType<WhisperApi['chat']['get']['query']>>().resolves.toEqualTypeOf<Chat>();
    expectTypeOf<
      ReturnType<WhisperApi['message']['changes']['query']>
    >().resolves.toEqualTypeOf<MessageChanges>();
    expectTypeOf<RouterOutputs['message']['send']>().toEqualTypeOf<Message>();
    expectTypeOf<RouterOutputs['message']['send']['createdAt']>().toEqualTypeOf<Date>();
    expectTypeOf<RouterOutputs['presence']['list']['userIds']>().toEqualTypeOf<UserId[]>();
    expectTypeOf<RouterOutputs>().toEqualTypeOf<inferRouterOutputs<AppRouter>>();
  });

  it('infers the events, tracked ones with their ids, and what an error says', () => {
    const watch = (api: WhisperApi) => [
      api.message.onEvent.subscribe(
        {},
        {
          onData: (event) => expectTypeOf(event).toEqualTypeOf<{ id: string; data: MessageEvent }>(),
          onError: ({ data }) => {
            expectTypeOf(data?.code).toEqualTypeOf<ErrorCode | undefined>();
            expectTypeOf(data?.isRetryable).toEqualTypeOf<boolean | undefined>();
          },
        },
      ),
      api.typing.onChange.subscribe(
        {},
        { onData: (event) => expectTypeOf(event).toEqualTypeOf<TypingEvent>() },
      ),
      api.presence.onChange.subscribe(undefined, {
        onData: (event) => expectTypeOf(event).toEqualTypeOf<PresenceEvent>(),
      }),
    ];
    expectTypeOf(watch).toBeFunction();
  });

  it('refuses what the router does not take', () => {
    const misuse = (client: WhisperClient) => [
      // @ts-expect-error a text is not an id
      client.store.openChat('5f0000000000000000000000'),
      // @ts-expect-error there is no such procedure
      client.api.message.shout,
      // @ts-expect-error a send needs its clientId
      client.api.message.send.mutate({ chatId: client.store.getSnapshot().chats[0].id, text: 'hello' }),
    ];
    expectTypeOf(misuse).toBeFunction();
  });
});
