import { EmojiSchema, type Message } from '@whisper/shared';
import { useState, type SyntheticEvent } from 'react';
import { useClient } from '../store/use-client.ts';
import { Dialog } from '../ui/dialog.tsx';
import { useActs } from './acts.ts';

/** Takes any emoji that the keyboard of this device has. */
export function EmojiDialog({ message }: { readonly message: Message }) {
  const { store } = useClient().client;
  const { close } = useActs();
  const [text, setText] = useState('');
  const emoji = EmojiSchema.safeParse(text.trim());
  const react = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!emoji.success) return;
    store.react(message, emoji.data, true);
    close();
  };
  return (
    <Dialog title="React with any emoji" onClose={close}>
      <form className="emoji-form" onSubmit={react}>
        <input
          aria-label="Emoji"
          aria-describedby="emoji-hint"
          autoComplete="off"
          data-first
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="button" disabled={!emoji.success}>
          React
        </button>
      </form>
      <p id="emoji-hint" className="dialog-hint">
        One emoji, from the keyboard of your device.
      </p>
    </Dialog>
  );
}
