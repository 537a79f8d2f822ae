import { EmojiSchema } from '@whisper/shared';
import { EmojiPicker, type EmojiData } from 'frimousse';
import { useState, type ComponentProps, type KeyboardEvent } from 'react';
import shipped from 'virtual:emoji';

const data: EmojiData = {
  locale: 'en',
  skinTones: { dark: '', light: '', medium: '', 'medium-dark': '', 'medium-light': '' },
  ...shipped,
};

type Props = { readonly onPick: (emoji: string) => void };

/** The grid and its search. The arrow keys walk the grid from the search, and Enter takes what they are at. */
export function EmojiGrid({ onPick }: Props) {
  const [search, setSearch] = useState('');
  const typed = EmojiSchema.safeParse(search.trim());
  const takeTyped = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !typed.success) return;
    event.preventDefault();
    onPick(typed.data);
  };
  return (
    <EmojiPicker.Root
      className="emoji-picker"
      columns={8}
      resolveEmojiData={() => data}
      onEmojiSelect={({ emoji }) => onPick(emoji)}
      onKeyDownCapture={takeTyped}
    >
      <EmojiPicker.Search
        className="field"
        aria-label="Search emoji"
        placeholder="Search, or type an emoji"
        autoFocus
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <EmojiPicker.Viewport className="emoji-viewport">
        <EmojiPicker.Empty className="emoji-empty">
          {typed.success ? `Enter takes ${typed.data}` : 'There is no such emoji.'}
        </EmojiPicker.Empty>
        <EmojiPicker.List className="emoji-list" components={{ CategoryHeader, Row, Emoji }} />
      </EmojiPicker.Viewport>
      <p className="emoji-active" aria-hidden="true">
        <EmojiPicker.ActiveEmoji>
          {({ emoji }) => (emoji ? `${emoji.emoji} ${emoji.label}` : '\u00a0')}
        </EmojiPicker.ActiveEmoji>
      </p>
    </EmojiPicker.Root>
  );
}

type HeaderProps = ComponentProps<'div'> & { readonly category: { readonly label: string } };

function CategoryHeader({ category, ...rest }: HeaderProps) {
  return (
    <div {...rest} className="emoji-category">
      {category.label}
    </div>
  );
}

// The picker counts rows and columns from 0, readers of screens from 1.
function Row({ 'aria-rowindex': index = 0, ...rest }: ComponentProps<'div'>) {
  return <div {...rest} aria-rowindex={index + 1} />;
}

type CellProps = ComponentProps<'button'> & {
  readonly emoji: { readonly emoji: string; readonly isActive: boolean };
};

function Emoji({ emoji, 'aria-colindex': index = 0, ...rest }: CellProps) {
  return (
    <button {...rest} aria-colindex={index + 1} type="button" className="emoji-cell">
      {emoji.emoji}
    </button>
  );
}
