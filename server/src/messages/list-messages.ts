import type { ChatId, ListMessagesInput, MessagePage, UserId } from '@whisper/shared';
import { readAs } from '../chats/require-participant.ts';
import { asShown, type Sight } from '../chats/sight.ts';
import { cutPage, pageTextMax, textLengthOf } from './cut-page.ts';
import type { MessagesDeps } from './deps.ts';
import { toMessages } from './log/message.view.ts';
import { readHead, readPlaces } from './log/read-log.ts';

type Deps = Pick<MessagesDeps, 'db' | 'memberships'>;

/** A page of history, ascending: the newest, or the one next to `before` or `after`, or on both sides of `around`; shorter when texts are long. */
export async function listMessages(
  deps: Deps,
  viewerId: UserId,
  { chatId: askedId, ...wanted }: ListMessagesInput,
): Promise<MessagePage> {
  return readAs(deps, { chatId: askedId, userId: viewerId }, async ({ chatId, sight }) => {
    // The head is read first: what is written between the two reads has a higher rev and is not promised.
    const rev = await readHead(deps.db, chatId);
    const { docs, hasMore } = await readPage(deps, { ...wanted, chatId, sight });
    const messages = await toMessages(deps.db, docs, sight.viewerId);
    return { messages: messages.map((message) => asShown(sight, message)), hasMore, rev };
  });
}

type Wanted = Omit<ListMessagesInput, 'chatId'> & { readonly chatId: ChatId; readonly sight: Sight };

type Page = { readonly docs: Awaited<ReturnType<typeof readPlaces>>; readonly hasMore: boolean };

async function readPage(deps: Deps, { around, ...wanted }: Wanted): Promise<Page> {
  if (around !== undefined) return readAround(deps, around, wanted);
  const docs = await readNext(deps.db, { ...wanted, limit: wanted.limit + 1 });
  const page = cutPage(docs, wanted.limit);
  if (wanted.after === undefined) page.reverse();
  return { docs: page, hasMore: docs.length > page.length };
}

/** Messages read at first: a usual page at once, and of long ones not many more than fill a page. */
const firstPieceSize = 51;

async function readNext(db: MessagesDeps['db'], range: Parameters<typeof readPlaces>[1]) {
  const docs = await readPlaces(db, { ...range, limit: Math.min(range.limit, firstPieceSize) });
  const missing = range.limit - docs.length;
  if (docs.length < firstPieceSize || missing === 0 || textLengthOf(docs) > pageTextMax) return docs;
  const seq = docs.at(-1)?.seq;
  const next = range.after === undefined ? { before: seq } : { after: seq };
  return [...docs, ...(await readPlaces(db, { ...range, ...next, limit: missing }))];
}

/** The place itself begins the second half, so that it is there in the smallest page as well. */
async function readAround(deps: Deps, place: number, { chatId, sight, limit }: Wanted): Promise<Page> {
  const olderMax = Math.floor((limit - 1) / 2);
  const { docs: newer } = await readPage(deps, { chatId, sight, after: place - 1, limit: limit - olderMax });
  const older = await readPlaces(deps.db, { chatId, sight, before: place, limit: olderMax + 1 });
  const page = cutPage([...newer.toReversed(), ...older], newer.length + Math.min(older.length, olderMax));
  return { docs: page.reverse(), hasMore: page.length < newer.length + older.length };
}
