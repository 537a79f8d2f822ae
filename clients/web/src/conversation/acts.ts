import type { FileId, Message, MessageId } from '@whisper/shared';
import { createContext, useContext, useMemo, useState } from 'react';

/** What is open over the conversation for one message. */
export type Overlay = { readonly id: MessageId } & (
  | { readonly type: 'menu' | 'emoji' | 'delete' | 'forward' | 'edits' | 'readers' | 'trace' | 'report' }
  /** Begins with this picture. */
  | { readonly type: 'gallery'; readonly fileId: FileId }
);

/** What the text field is for besides a new message; the text of an edit is no draft. */
export type Mode =
  | { readonly type: 'reply'; readonly message: Message }
  | { readonly type: 'edit'; readonly message: Message; readonly text: string };

type Acts = {
  readonly show: (overlay: Overlay) => void;
  readonly reply: (message: Message) => void;
  readonly edit: (message: Message) => void;
  readonly setMode: (mode: Mode | null) => void;
  /** Scrolls to a message, which may have to be fetched, and puts the focus there. */
  readonly jumpTo: (seq: number) => void;
  /** Closes what is open; the focus returns to the message. */
  readonly close: () => void;
  /** The same, where the focus has its own way. */
  readonly dismiss: () => void;
};

type State = {
  readonly overlay: Overlay | null;
  readonly mode: Mode | null;
  /** The message that was jumped to; a new object for each jump. */
  readonly target: Target | null;
};
export type Target = { readonly seq: number };

const nothing: State = { overlay: null, mode: null, target: null };

const ActsContext = createContext<Acts | null>(null);
export const ActsProvider = ActsContext.Provider;

/** What one can do to the messages of the conversation around this; the same as long as it is open. */
export function useActs(): Acts {
  const acts = useContext(ActsContext);
  if (!acts) throw new Error('No conversation is open here');
  return acts;
}

/** What one is about to do in a conversation. */
export function useActing(): State & { readonly acts: Acts } {
  const [state, setState] = useState(nothing);
  const acts = useMemo<Acts>(() => {
    const change = (part: Partial<State>) => setState((current) => ({ ...current, ...part }));
    const setMode = (mode: Mode | null) => change({ mode, overlay: null });
    return {
      show: (overlay) => change({ overlay }),
      reply: (message) => setMode({ type: 'reply', message }),
      edit: (message) => setMode({ type: 'edit', message, text: message.text }),
      setMode,
      jumpTo: (seq) => change({ target: { seq } }),
      dismiss: () => change({ overlay: null }),
      close: () =>
        setState((current) => {
          if (current.overlay) focusSoon(moreButtonId(current.overlay.id));
          return { ...current, overlay: null };
        }),
    };
  }, []);
  return { ...state, acts };
}

/** The button at a message that opens its menu. */
export function moreButtonId(id: MessageId): string {
  return `more-${id}`;
}

function focusSoon(id: string): void {
  requestAnimationFrame(() => document.getElementById(id)?.focus());
}
