import { faceOf, type Chat, type User } from '@whisper/shared';
import { useStore } from '../store/use-client.ts';
import { useDraftedIn } from '../store/use-drafts.ts';

type ShownChats = {
  /** My conversations: where something was said, or is being written by me. */
  readonly talks: readonly Chat[];
  /** Those of them that a search finds; all without one. */
  readonly found: readonly Chat[];
};

/** A chat is found by its person's name, and by whatever the server found that person by. */
export function useShownChats(search: string, people: readonly User[]): ShownChats {
  const chats = useStore((snapshot) => snapshot.chats);
  const outbox = useStore((snapshot) => snapshot.outbox);
  const drafted = useDraftedIn(chats.filter(({ lastMessage }) => !lastMessage).map(({ id }) => id));
  const talks = chats.filter(
    ({ id, lastMessage }) => lastMessage || drafted.has(id) || outbox.some(({ chatId }) => chatId === id),
  );
  const wanted = fold(search);
  if (wanted === '') return { talks, found: talks };
  const ids = new Set(people.map(({ id }) => id));
  return { talks, found: talks.filter((chat) => ids.has(faceOf(chat).id) || isNamed(chat, wanted)) };
}

/** As the server searches people: the beginning of a name or of one of its words. */
function isNamed(chat: Chat, wanted: string): boolean {
  const name = fold(faceOf(chat).name);
  return name.startsWith(wanted) || name.split(/\s+/).some((word) => word.startsWith(wanted));
}

/** As the server compares. */
function fold(text: string): string {
  return text.trim().normalize('NFC').toLowerCase();
}
