import { Icon } from '../ui/icon.tsx';

type Props = { readonly unseen: number; readonly onJump: () => void };

/** The way to the newest message; says how many came while one was reading further up. */
export function JumpPill({ unseen, onJump }: Props) {
  const label = unseen === 1 ? '1 new message' : `${unseen} new messages`;
  return (
    <button
      type="button"
      className="jump-pill"
      data-news={unseen > 0 || undefined}
      aria-label={unseen > 0 ? `${label}, jump to the newest` : 'Jump to the newest message'}
      onClick={onJump}
    >
      {unseen > 0 && label}
      <Icon name="down" />
    </button>
  );
}
