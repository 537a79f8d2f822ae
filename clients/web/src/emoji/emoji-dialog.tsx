import { lazy, Suspense } from 'react';
import { Dialog } from '../ui/dialog.tsx';

/** Fetched when somebody wants an emoji for the first time. */
const EmojiGrid = lazy(async () => {
  const { EmojiGrid: component } = await import('./emoji-grid.tsx');
  return { default: component };
});

type Props = {
  readonly title: string;
  readonly onPick: (emoji: string) => void;
  readonly onClose: () => void;
};

/** Chooses one emoji: from the grid, by a word, or any that the keyboard of the device has. */
export function EmojiDialog({ title, onPick, onClose }: Props) {
  return (
    <Dialog title={title} onClose={onClose}>
      <Suspense
        fallback={
          <p className="emoji-loading" role="status">
            Fetching emoji…
          </p>
        }
      >
        <EmojiGrid onPick={onPick} />
      </Suspense>
      <div className="button-row">
        <button type="button" className="button quiet" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
