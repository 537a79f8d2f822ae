import type { ChatId } from '@whisper/shared';
import { Icon } from '../ui/icon.tsx';
import { useSearching } from './searching.ts';

/** Opens the search of messages, in one chat when it is named. */
export function SearchButton({ chatId }: { readonly chatId?: ChatId }) {
  const { open } = useSearching();
  const label = chatId === undefined ? 'Search messages' : 'Search this chat';
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={`${label} (Ctrl+F)`}
      aria-haspopup="dialog"
      onClick={() => open(chatId)}
    >
      <Icon name="searchMessages" />
    </button>
  );
}
