import type { UserId } from '@whisper/shared';
import { Types, type Connection as Database, type UpdateQuery } from 'mongoose';
import { isDuplicateKey } from '../platform/errors.ts';
import type { Membership } from './chat.view.ts';
import { memberModel, type MemberDoc } from './member.model.ts';
import { chatNotFound } from './require-participant.ts';

type Whose = { readonly membership: Membership; readonly userId: UserId };

/** Changes what a chat is to one person. NOT_FOUND when they were put out of the group since it was seen that they are in it. */
export async function changeMember(
  db: Database,
  { membership: { kind, chatId }, userId }: Whose,
  update: UpdateQuery<MemberDoc>,
): Promise<MemberDoc> {
  const filter = { chat: new Types.ObjectId(chatId), user: new Types.ObjectId(userId), leftAt: null };
  const members = memberModel(db);
  if (kind === 'group') {
    const changed = await members.findOneAndUpdate(filter, update, { returnDocument: 'after' }).lean();
    if (!changed) throw chatNotFound();
    return changed;
  }
  // Of two devices that make it at the same moment one finds it made.
  for (;;) {
    try {
      const { leftAt: _, ...own } = filter;
      return await members
        .findOneAndUpdate(own, withDefaults(update), { upsert: true, returnDocument: 'after' })
        .lean();
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }
}

/** A document that is made by the change begins with zeros, but for what the change sets. */
function withDefaults(update: UpdateQuery<MemberDoc>) {
  const set = Object.values(update).flatMap((fields) => Object.keys(fields as object));
  const defaults = { rev: 0, readSeq: 0, deliveredSeq: 0 };
  const missing = Object.entries(defaults).filter(([field]) => !set.includes(field));
  return { ...update, $setOnInsert: Object.fromEntries(missing) };
}
