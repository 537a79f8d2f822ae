import type { Message } from '@whisper/shared';
import { useClient } from '../store/use-client.ts';
import { Icon } from '../ui/icon.tsx';
import { useActs } from './acts.ts';

/** The message that was pinned last, of those that are held. */
export function PinnedBar({ messages }: { readonly messages: readonly Message[] }) {
  const { store } = useClient().client;
  const { jumpTo } = useActs();
  const pinned = newestPinned(messages);
  if (!pinned) return null;
  return (
    <div className="pinned-bar" role="region" aria-label="Pinned message">
      <button type="button" className="pinned-text" onClick={() => jumpTo(pinned.seq)}>
        <Icon name="pin" />
        <span className="hidden">Go to the pinned message:</span>
        <bdi>{pinned.sender.name}</bdi>
        <span dir="auto">{pinned.text.slice(0, excerptLength)}</span>
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Unpin this message"
        onClick={() => store.pin(pinned, false)}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

const excerptLength = 200;

function newestPinned(messages: readonly Message[]): Message | undefined {
  const pinnedMs = ({ pinnedAt }: Message) => pinnedAt?.getTime() ?? 0;
  return messages
    .filter(({ pinnedAt }) => pinnedAt !== null)
    .reduce<Message | undefined>(
      (newest, each) => (newest && pinnedMs(newest) > pinnedMs(each) ? newest : each),
      undefined,
    );
}
