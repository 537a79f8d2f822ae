import { limits, prependPage, startLog, type ChatLog, type Message, type MessagePage } from '@whisper/shared';

/** Whether what is held of a chat reaches to a place. */
export function isHeld({ messages, hasNewer }: ChatLog, seq: number): boolean {
  const [oldest, newest] = endsOf(messages);
  return seq >= oldest && (seq <= newest || !hasNewer);
}

/** The page around a place, with what is held behind it where the two adjoin. */
export function holdAround(log: ChatLog, page: MessagePage, seq: number): ChatLog {
  const [oldest, newest] = endsOf(log.messages);
  const [, end] = endsOf(page.messages);
  const isAdjoining = seq < oldest && end >= oldest - 1;
  const hasNewer = log.hasNewer || end < newest;
  return isAdjoining ? prependPage(log, page) : startLog(log.chatId, page, hasNewer);
}

type FetchAfter = (part: { readonly after: number; readonly limit: number }) => Promise<MessagePage>;

/** The places of messages that the server does not show any more: those of a run, and what is quoted there. */
export async function findHidden(messages: readonly Message[], fetchAfter: FetchAfter): Promise<number[]> {
  const found: number[] = [];
  const [oldest, newest] = endsOf(messages);
  for (let after = Math.max(0, oldest - 1); after < newest; ) {
    const page = await fetchAfter({ after, limit: limits.messagePageSizeMax });
    const shown = new Map(page.messages.map((message) => [message.seq, message]));
    const end = page.hasMore ? endsOf(page.messages)[1] : newest;
    for (const { seq, rev, replyTo } of messages.filter(({ seq }) => seq > after && seq <= end)) {
      const now = shown.get(seq);
      if (!now) found.push(seq);
      // A change may take the quote away as well, as a deletion does, and says so itself.
      else if (replyTo && !now.replyTo && now.rev === rev) found.push(replyTo.seq);
    }
    after = end;
  }
  return found;
}

/** The places of the oldest and the newest. */
function endsOf(messages: readonly Message[]): [oldest: number, newest: number] {
  return [messages[0]?.seq ?? 0, messages.at(-1)?.seq ?? 0];
}
