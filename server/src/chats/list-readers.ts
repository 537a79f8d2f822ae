import type { ChatId, Readers, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import { findUsers } from '../users/find-users.ts';
import { marksTold, marksToldInGroup } from './apart.ts';
import { toMarks, toUserIds } from './chat.view.ts';
import type { ChatsDeps } from './deps.ts';
import { findAllMembers, memberKey } from './find-members.ts';
import { chatNotFound, readAs } from './require-participant.ts';
import { settledChats } from './settled-chats.ts';

type Asked = { readonly chatId: ChatId; readonly seq: number };

/** Who else has read as far as a place, and whom it has only reached. */
export async function listReaders(
  deps: Pick<ChatsDeps, 'db' | 'memberships' | 'lastMessages' | 'blocks'>,
  viewerId: UserId,
  { chatId: askedId, seq }: Asked,
): Promise<Readers> {
  return readAs(deps, { chatId: askedId, userId: viewerId }, async ({ chatId }) => {
    const chats = await settledChats(deps);
    const [doc, members] = await Promise.all([
      chats.findById(chatId).lean(),
      findAllMembers(deps.db, [new Types.ObjectId(chatId)]),
    ]);
    if (!doc) throw chatNotFound();
    const mine = members.get(memberKey(doc._id, viewerId));
    const blocks = await deps.blocks.of(viewerId);
    const others = toUserIds(doc)
      .filter((userId) => userId !== viewerId)
      .flatMap((userId) => {
        const theirs = members.get(memberKey(doc._id, userId));
        const now = toMarks(doc, userId, theirs);
        const isPerson = doc.kind === 'direct' || !theirs;
        const told = isPerson ? marksTold(now, { theirs, mine }) : marksToldInGroup(now, blocks, theirs);
        return told ? [{ userId, ...told }] : [];
      })
      .filter(({ deliveredSeq }) => deliveredSeq >= seq);
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
