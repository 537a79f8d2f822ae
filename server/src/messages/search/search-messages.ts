import type {
  ChatId,
  FoundMessage,
  FoundPage,
  Message,
  MessageId,
  SearchMessagesInput,
  UserId,
} from '@whisper/shared';
import { findMyChats, type MyChat } from '../../chats/find-my-chats.ts';
import { requireParticipant } from '../../chats/require-participant.ts';
import { asShown, isShown } from '../../chats/sight.ts';
import { findWords, leadOf, needlesOf, type Needle } from '../../words/find-words.ts';
import { anyTerm, fileTerm, searchedTextsOf } from '../../words/terms.ts';
import { pageTextMax } from '../cut-page.ts';
import type { MessagesDeps } from '../deps.ts';
import type { Candidate } from '../log/find-terms.ts';
import { textSeenBy } from '../log/frozen.ts';
import { findMessages } from '../log/read-log.ts';
import { lookBack, type Search as Look } from './look-back.ts';
import { isBehind, placeOf, readPlace, toCursor, type Place } from './place.ts';

type Deps = Pick<MessagesDeps, 'db' | 'clock' | 'memberships'>;

/**
 * A page of the messages that hold what is looked for, in the person's chats, the newest first. NOT_FOUND when the chat
 * named is not theirs. A call looks at a bounded number of messages, so a page may be short, or empty, and not be the last.
 */
export async function searchMessages(
  deps: Deps,
  viewerId: UserId,
  input: SearchMessagesInput,
): Promise<FoundPage> {
  const named = input.chatId && [(await requireParticipant(deps, input.chatId, viewerId)).chatId];
  const chats = await findMyChats(deps.db, viewerId, named);
  const needles = needlesOf(input.query);
  const isNothing = input.query !== '' && needles.length === 0;
  if (isNothing || chats.size === 0) return { found: [], nextCursor: null };
  const { hits, behind } = await findHits(deps, { ...input, viewerId, chats, needles });
  const messages = await findMessages(deps.db, hits, viewerId);
  // Who was put out meanwhile does not get what was read, as in `readAs`.
  const now = await findMyChats(deps.db, viewerId, [...new Set([...messages.values()].map(chatOf))]);
  const found = hits.flatMap((id) => asFound(messages.get(id), { needles, before: chats, now }));
  return { found, nextCursor: behind && toCursor(behind) };
}

type Search = SearchMessagesInput & {
  readonly viewerId: UserId;
  readonly chats: ReadonlyMap<ChatId, MyChat>;
  readonly needles: readonly Needle[];
};

type Hits = { readonly hits: readonly MessageId[]; readonly behind: Place | null };

async function findHits({ db, clock }: Deps, search: Search): Promise<Hits> {
  const { limit, before } = search;
  const start = readPlace(search.cursor);
  const at = Math.min(start.at, (before?.getTime() ?? Number.POSITIVE_INFINITY) - 1);
  const place = at === start.at ? start : { ...start, at, last: null };
  const hits: MessageId[] = [];
  let behind: Place | null = place;
  let length = 0;
  for await (const looked of lookBack(db, toLook(search, clock.now()), place)) {
    for (const candidate of looked.candidates) {
      if (!isBehind(place, candidate) || !fits(search, candidate)) continue;
      hits.push(candidate._id.toHexString() as MessageId);
      length += candidate.text.length;
      if (hits.length < limit && length <= pageTextMax) continue;
      const isLast = looked.behind === null && candidate === looked.candidates.at(-1);
      return { hits, behind: isLast ? null : placeOf(candidate, looked.spanMs) };
    }
    behind = looked.behind;
  }
  return { hits, behind };
}

function toLook({ hasFile, after, chats, needles }: Search, now: number): Look {
  const { near, far } = leadOf(needles);
  const look = { chatIds: [...chats.keys()], since: after?.getTime() ?? 0, now, near, far };
  if (!hasFile || far !== anyTerm) return look;
  return { ...look, near: near === anyTerm ? fileTerm : near, far: fileTerm };
}

function fits(search: Search, candidate: Candidate): boolean {
  const { chat, seq, sender, createdAt, attachments = [] } = candidate;
  const { viewerId, senderId, before, after, hasFile, chats, needles } = search;
  const seen = { text: textSeenBy(candidate, viewerId), attachments };
  return (
    (before === undefined || createdAt < before) &&
    (after === undefined || createdAt >= after) &&
    (senderId === undefined || sender.toHexString() === senderId) &&
    (hasFile === undefined || attachments.length > 0 === hasFile) &&
    isShownTo(chats.get(chat.toHexString() as ChatId), seq) &&
    findWords(searchedTextsOf(seen), needles) !== undefined
  );
}

/** The one place that decides whether a search shows the person a message of a chat of theirs. */
function isShownTo(chat: MyChat | undefined, seq: number): chat is MyChat {
  return chat !== undefined && isShown(chat.sight, seq);
}

type Against = {
  readonly needles: readonly Needle[];
  readonly before: ReadonlyMap<ChatId, MyChat>;
  readonly now: ReadonlyMap<ChatId, MyChat>;
};

/** The message as it is now to the person, which may be another than the one that was found. */
function asFound(message: Message | undefined, { needles, before, now }: Against): FoundMessage[] {
  const chat = message && now.get(message.chatId);
  if (!message || message.deletedAt || !isShownTo(chat, message.seq)) return [];
  const highlights = findWords(searchedTextsOf(message), needles);
  const isSameStay = chat.joinedRev === before.get(message.chatId)?.joinedRev;
  return highlights && isSameStay ? [{ message: asShown(chat.sight, message), highlights }] : [];
}

function chatOf({ chatId }: Message): ChatId {
  return chatId;
}
