import type { Connection as Database } from 'mongoose';
import { chatsOf, messagesOf, usersOf } from '../collections.ts';
import { findMissing } from './bury-missing-people.ts';
import { sortOut } from './merge-chats.ts';

/** What there is in a database that may be the Express backend's, and what of it has another form than ours. */
export type Survey = {
  readonly people: number;
  readonly chats: number;
  readonly messages: number;
  /** Named by a chat or a message, and nowhere to be found. */
  readonly missingPeople: number;
  /** Second chats of the same two people that were not merged yet. */
  readonly doubledChats: number;
  readonly unnumberedMessages: number;
};

/** Reads only. */
export async function survey(db: Database): Promise<Survey> {
  const { shells } = await sortOut({ db });
  const [people, chats, messages, unnumberedMessages, missing] = await Promise.all([
    usersOf(db).countDocuments(),
    chatsOf(db).countDocuments(),
    messagesOf(db).countDocuments(),
    messagesOf(db).countDocuments({ rev: { $exists: false } }),
    findMissing(db),
  ]);
  return {
    people,
    chats,
    messages,
    missingPeople: missing.length,
    doubledChats: shells.filter(({ mergedInto }) => mergedInto === undefined).length,
    unnumberedMessages,
  };
}
