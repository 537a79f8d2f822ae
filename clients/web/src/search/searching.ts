import type { ChatId, Message, UserId } from '@whisper/shared';
import { createContext, useContext, useMemo, useState } from 'react';
import { chatPath, goHome, navigate, parsePath } from '../routing/route.ts';
import { useClient } from '../store/use-client.ts';

export type Form = {
  readonly query: string;
  readonly chatId: ChatId | undefined;
  readonly senderId: UserId | undefined;
  readonly hasFile: boolean;
  /** Days as a calendar names them, both included; empty for any. */
  readonly from: string;
  readonly until: string;
};

const emptyForm: Form = {
  query: '',
  chatId: undefined,
  senderId: undefined,
  hasFile: false,
  from: '',
  until: '',
};

/** A message to show in its chat. */
type Goal = { readonly chatId: ChatId; readonly seq: number };

/** Where one was: a page, and in a conversation the message at the top; null at its end. */
type Origin = { readonly path: string; readonly seq: number | null };

type State = {
  readonly isOpen: boolean;
  readonly form: Form;
  /** What the conversation is to go to. */
  readonly goal: Goal | null;
  /** The result that was chosen last. */
  readonly last: Goal | null;
  readonly origin: Origin | null;
};

export type Searching = State & {
  /** Opens it with what was searched last; in one chat alone when it is named. */
  readonly open: (chatId?: ChatId) => void;
  readonly close: () => void;
  readonly setForm: (form: Form) => void;
  /** Goes to the message in its conversation, and remembers where one was. */
  readonly follow: (message: Message) => void;
  /** The conversation has gone to its goal. */
  readonly arrive: () => void;
  readonly goBack: () => void;
  /** Stays where one is. */
  readonly stay: () => void;
};

const SearchingContext = createContext<Searching | null>(null);
export const SearchingProvider = SearchingContext.Provider;

export function useSearching(): Searching {
  const searching = useContext(SearchingContext);
  if (!searching) throw new Error('There is no search here');
  return searching;
}

/** The search of this page: what it is for, where it led to, and the way back. */
export function useMakeSearching(): Searching {
  const { store } = useClient().client;
  const [state, setState] = useState<State>({
    isOpen: false,
    form: emptyForm,
    goal: null,
    last: null,
    origin: null,
  });
  const acts = useMemo(() => {
    const change = (part: Partial<State>) => setState((current) => ({ ...current, ...part }));
    const lastSeqOf = (chatId: ChatId) =>
      store.getSnapshot().chats.find(({ id }) => id === chatId)?.lastSeq ?? 0;
    return {
      open: (chatId?: ChatId) =>
        setState((current) => ({
          ...current,
          isOpen: true,
          form: { ...current.form, ...(chatId !== undefined && { chatId, senderId: undefined }) },
        })),
      close: () => change({ isOpen: false }),
      setForm: (form: Form) => change({ form }),
      follow: ({ chatId, seq }: Message) => {
        const here = { path: location.pathname, seq: placeInSight() };
        // From one result to the next the way back stays the same.
        setState(({ origin, ...current }) => ({
          ...current,
          isOpen: false,
          goal: { chatId, seq },
          last: { chatId, seq },
          origin: origin ?? here,
        }));
        navigate(chatPath(chatId));
      },
      arrive: () => change({ goal: null }),
      goBack: () =>
        setState((current) => {
          if (current.origin) queueMicrotask(() => leaveFor(current.origin?.path ?? ''));
          return { ...current, goal: goalBack(current.origin, lastSeqOf), origin: null };
        }),
      stay: () => change({ origin: null }),
    };
  }, [store]);
  return useMemo(() => ({ ...state, ...acts }), [state, acts]);
}

/** Another conversation opens where it was left; this one has to be told. */
function goalBack(origin: Origin | null, lastSeqOf: (chatId: ChatId) => number): Goal | null {
  const route = origin?.path === location.pathname ? parsePath(origin.path) : undefined;
  if (!origin || route?.page !== 'chat') return null;
  return { chatId: route.chatId, seq: origin.seq ?? lastSeqOf(route.chatId) };
}

function leaveFor(path: string): void {
  if (parsePath(path).page === 'home') goHome();
  else navigate(path);
}

/** The place of the first message in sight; null at the end of the conversation, and where there is none. */
function placeInSight(): number | null {
  const room = document.querySelector<HTMLElement>('.messages');
  if (!room || room.scrollHeight - room.scrollTop - room.clientHeight < room.clientHeight / 8) return null;
  const top = room.getBoundingClientRect().top;
  const first = [...room.querySelectorAll<HTMLElement>('[data-seq]')]
    .filter((element) => element.getBoundingClientRect().bottom > top)
    .map((element) => Number(element.dataset['seq']))
    .toSorted((one, other) => one - other)[0];
  return first ?? null;
}
