import type { ChatId } from '@whisper/shared';
import { Types, type Connection as Database } from 'mongoose';
import { messageModel, type MessageDoc } from './message.model.ts';

/** What a search looks at of a message. */
export type Candidate = Pick<
  MessageDoc,
  '_id' | 'chat' | 'seq' | 'sender' | 'createdAt' | 'text' | 'attachments' | 'frozen'
>;

const looked = {
  chat: 1,
  seq: 1,
  sender: 1,
  createdAt: 1,
  text: 1,
  attachments: 1,
  'frozen.for': 1,
  'frozen.text': 1,
} as const;

type Wanted = {
  readonly chatIds: readonly ChatId[];
  /** A term, or the beginning of some. */
  readonly term: string | RegExp;
  readonly limit: number;
};

/** Sent after `from` and not after `until`, in milliseconds. */
export type Stretch = { readonly from: number; readonly until: number };

/** Chats named in one command: both stores walk the index for so many. */
const chatsMax = 500;

/** Some of the messages of the chats that a term leads to: all, when there are fewer than `limit`. In no order. */
export async function findByTerm(db: Database, wanted: Wanted, stretch?: Stretch): Promise<Candidate[]> {
  const { chatIds, term, limit } = wanted;
  const found: Candidate[] = [];
  for (let start = 0; start < chatIds.length && found.length < limit; start += chatsMax) {
    const chats = chatIds.slice(start, start + chatsMax).map((id) => new Types.ObjectId(id));
    const docs = await messageModel(db)
      .find({ chat: { $in: chats }, terms: term, ...sentIn(stretch) }, looked)
      .limit(limit - found.length)
      .lean<Candidate[]>();
    found.push(...docs);
  }
  return found;
}

/** The newest messages of one chat that a term leads to, in a stretch of time. */
export function findNewestByTerm(
  db: Database,
  { chatId, term, limit }: Omit<Wanted, 'chatIds'> & { readonly chatId: ChatId },
  stretch: Stretch,
): Promise<Candidate[]> {
  return messageModel(db)
    .find({ chat: new Types.ObjectId(chatId), terms: term, ...sentIn(stretch) }, looked)
    .sort({ createdAt: -1 })
    .limit(limit)
    .lean<Candidate[]>()
    .exec();
}

function sentIn(stretch: Stretch | undefined) {
  return stretch && { createdAt: { $gt: new Date(stretch.from), $lte: new Date(stretch.until) } };
}
