import type { Message, Reaction } from '@whisper/shared';
import { useClient, useStore } from '../store/use-client.ts';
import { useNameOf } from '../store/use-people-of.ts';

/** Who reacted with what; a click joins in or takes it back. */
export function Reactions({ message }: { readonly message: Message }) {
  if (message.reactions.length === 0) return null;
  return (
    <div className="reactions" role="group" aria-label="Reactions">
      {message.reactions.map((reaction) => (
        <ReactionChip key={reaction.emoji} message={message} reaction={reaction} />
      ))}
    </div>
  );
}

type Props = { readonly message: Message; readonly reaction: Reaction };

function ReactionChip({ message, reaction: { emoji, userIds } }: Props) {
  const { store } = useClient().client;
  const meId = useStore(({ me }) => me?.id);
  const nameOf = useNameOf(message.chatId);
  const isMine = userIds.some((id) => id === meId);
  const names = userIds.map((id) => (id === meId ? 'You' : (nameOf(id) ?? 'Somebody'))).join(', ');
  return (
    <button
      type="button"
      className="reaction"
      aria-pressed={isMine}
      title={names}
      onClick={() => store.react(message, emoji, !isMine)}
    >
      <span>{emoji}</span> <span>{userIds.length}</span>
      <span className="hidden">{names}</span>
    </button>
  );
}
