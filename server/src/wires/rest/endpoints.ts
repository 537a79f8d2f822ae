import { ChatIdSchema, limits, type Chat, type UserId } from '@whisper/shared';
import {
  LegacyChatListSchema,
  LegacyChatSchema,
  LegacyChatIdSchema,
  LegacyHistoryQuerySchema,
  LegacyMeSchema,
  LegacyMessageListSchema,
  LegacyUserIdSchema,
  LegacyUserListSchema,
} from '@whisper/shared/legacy';
import type { ZodType } from 'zod';
import { AppError, toAppError } from '../../platform/errors.ts';
import type { Procedures } from '../../router.ts';
import { toLegacyChat, toLegacyMe, toLegacyMessage, toLegacyUser } from '../legacy-view.ts';
import type { Endpoint } from './endpoint.ts';
import { listAllChats, readHistory } from './read-pages.ts';

export const endpoints: readonly Endpoint[] = [
  {
    method: 'post',
    path: '/api/auth/callback',
    summary: 'Makes my account on the first call; afterwards it only answers who I am.',
    answer: LegacyMeSchema,
    refusals: [],
    refuseAfterMs: 1_000,
    answerWith: async ({ api }) => toLegacyMe(await api.auth.sync()),
  },
  {
    method: 'get',
    path: '/api/auth/me',
    summary: 'Who I am.',
    answer: LegacyMeSchema,
    refusals: [],
    answerWith: async ({ api }) => toLegacyMe(await api.auth.me()),
  },
  {
    method: 'get',
    path: '/api/users',
    summary: `The first ${limits.userPageSizeMax} people besides me, oldest account first.`,
    answer: LegacyUserListSchema,
    refusals: [],
    async answerWith({ api, findEmails }) {
      const { users } = await api.user.list({});
      const emails = await findEmails(users);
      return users.map((user) => toLegacyUser(user, emails));
    },
  },
  {
    method: 'get',
    path: '/api/chats',
    summary: 'My chats, the one with the newest message first.',
    answer: LegacyChatListSchema,
    refusals: [],
    async answerWith({ api, findEmails, linkTo }) {
      const chats = await listAllChats(api);
      const emails = await findEmails(chats.map(({ participant }) => participant));
      return chats.map((chat) => toLegacyChat(chat, linkTo, emails));
    },
  },
  {
    method: 'post',
    path: '/api/chats/with/:participantId',
    summary:
      'The direct chat with a person, made when it is missing; or the group that a chat names as its participant.',
    answer: LegacyChatSchema,
    refusals: [400, 404, 429],
    async answerWith({ api, findEmails, linkTo, request }) {
      const userId = read(LegacyUserIdSchema, request.params['participantId'], 'Invalid participant ID');
      const chat = await openWith(api, userId);
      return toLegacyChat(chat, linkTo, await findEmails([chat.participant]));
    },
  },
  {
    method: 'get',
    path: '/api/messages/chat/:chatId',
    summary: 'The newest messages of a chat, oldest first.',
    answer: LegacyMessageListSchema,
    query: LegacyHistoryQuerySchema,
    refusals: [400, 404],
    async answerWith({ api, findEmails, linkTo, request, response }) {
      const chatId = read(LegacyChatIdSchema, request.params['chatId'], 'Invalid chat ID');
      const query = read(LegacyHistoryQuerySchema, request.query, 'Invalid before or limit');
      const { messages, hasMore } = await readHistory(api, { chatId, ...query });
      const oldest = messages[0];
      if (hasMore && oldest) {
        const older = `${request.path}?before=${oldest.seq}&limit=${query.limit}`;
        response.set({ Link: `<${older}>; rel="next"`, 'Access-Control-Expose-Headers': 'Link' });
      }
      const emails = await findEmails(messages.map(({ sender }) => sender));
      return messages.map((message) => toLegacyMessage(message, linkTo, emails));
    },
  },
];

/** The old apps open a group by what they take for its other person. Whoever is not in it hears that there is nobody. */
async function openWith(api: Procedures, userId: UserId): Promise<Chat> {
  try {
    return await api.chat.openDirect({ userId });
  } catch (error) {
    if (toAppError(error).code !== 'NOT_FOUND') throw error;
    const group = await api.chat.get({ chatId: ChatIdSchema.parse(userId) }).catch(() => undefined);
    if (group?.kind !== 'group') throw error;
    return group;
  }
}

/** The checked value; `refusal` is all that is said of a bad one. */
function read<T>(schema: ZodType<T>, value: unknown, refusal: string): T {
  const checked = schema.safeParse(value);
  if (!checked.success) throw new AppError('BAD_REQUEST', refusal);
  return checked.data;
}
