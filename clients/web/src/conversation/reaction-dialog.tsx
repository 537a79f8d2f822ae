import type { Message } from '@whisper/shared';
import { EmojiDialog } from '../emoji/emoji-dialog.tsx';
import { useClient } from '../store/use-client.ts';
import { useActs } from './acts.ts';

export function ReactionDialog({ message }: { readonly message: Message }) {
  const { store } = useClient().client;
  const { close } = useActs();
  const react = (emoji: string) => {
    store.react(message, emoji, true);
    close();
  };
  return <EmojiDialog title="React with any emoji" onPick={react} onClose={close} />;
}
