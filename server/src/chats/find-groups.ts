import type { Connection as Database } from 'mongoose';
import { chatModel } from './chat.model.ts';

/** Which of these chats are groups. */
export async function findGroups(db: Database, chatIds: readonly string[]): Promise<ReadonlySet<string>> {
  const groups = await chatModel(db)
    .find({ _id: { $in: [...chatIds] }, kind: 'group' }, { _id: 1 })
    .lean();
  return new Set(groups.map(({ _id }) => _id.toHexString()));
}
