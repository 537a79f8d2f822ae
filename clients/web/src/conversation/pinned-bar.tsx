import { wordsOf, type Message } from '@whisper/shared';
import { useState } from 'react';
import { useClient } from '../store/use-client.ts';
import { Icon } from '../ui/icon.tsx';
import { useActs } from './acts.ts';

/** The message that was pinned last, of those that are held or were before one jumped to another part of the history. */
export function PinnedBar({ messages }: { readonly messages: readonly Message[] }) {
  const { store } = useClient().client;
  const { jumpTo } = useActs();
  const [known, setKnown] = useState<Message>();
  const isAway = known !== undefined && !reachesTo(messages, known);
  const pinned = newestPinned(isAway ? [...messages, known] : messages);
  if (pinned !== known) setKnown(pinned);
  if (!pinned) return null;
  const unpin = () => {
    store.pin(pinned, false);
    setKnown(undefined);
  };
  return (
    <div className="pinned-bar" role="region" aria-label="Pinned message">
      <button type="button" className="pinned-text" onClick={() => jumpTo(pinned.seq)}>
        <Icon name="pin" />
        <span className="hidden">Go to the pinned message:</span>
        <bdi>{pinned.sender.name}</bdi>
        <span dir="auto">{wordsOf(pinned).slice(0, excerptLength)}</span>
      </button>
      <button type="button" className="icon-button" aria-label="Unpin this message" onClick={unpin}>
        <Icon name="close" />
      </button>
    </div>
  );
}

const excerptLength = 200;

function reachesTo(messages: readonly Message[], { seq }: Message): boolean {
  const [oldest, newest] = [messages[0], messages.at(-1)];
  return oldest !== undefined && newest !== undefined && oldest.seq <= seq && seq <= newest.seq;
}

function newestPinned(messages: readonly Message[]): Message | undefined {
  const pinnedMs = ({ pinnedAt }: Message) => pinnedAt?.getTime() ?? 0;
  return messages
    .filter(({ pinnedAt }) => pinnedAt !== null)
    .reduce<Message | undefined>(
      (newest, each) => (newest && pinnedMs(newest) > pinnedMs(each) ? newest : each),
      undefined,
    );
}
