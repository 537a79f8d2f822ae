import type { ChatId, Readers, UserId } from '@whisper/shared';
import { findUsers } from '../users/find-users.ts';
import type { ChatsDeps } from './deps.ts';
import { readReach } from './read-reach.ts';
import { readAs } from './require-participant.ts';

type Asked = { readonly chatId: ChatId; readonly seq: number };

/** Who else has read as far as a place, and whom it has only reached. */
export async function listReaders(
  deps: Pick<ChatsDeps, 'db' | 'memberships' | 'lastMessages' | 'blocks'>,
  viewerId: UserId,
  { chatId: askedId, seq }: Asked,
): Promise<Readers> {
  return readAs(deps, { chatId: askedId, userId: viewerId }, async ({ chatId }) => {
    const { people } = await readReach(deps, chatId, viewerId);
    const others = people.filter(({ userId, deliveredSeq }) => userId !== viewerId && deliveredSeq >= seq);
    const users = await findUsers(
      deps,
      others.map(({ userId }) => userId),
    );
    const peopleOf = (reached: typeof others) => reached.flatMap(({ userId }) => users.get(userId) ?? []);
    return {
      readBy: peopleOf(others.filter(({ readSeq }) => readSeq >= seq)),
      deliveredTo: peopleOf(others.filter(({ readSeq }) => readSeq < seq)),
    };
  });
}
