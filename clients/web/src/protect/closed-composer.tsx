import type { Chat } from '@whisper/shared';
import type { ReactNode } from 'react';
import { manages } from '../group/use-group-act.ts';
import { useClient } from '../store/use-client.ts';

type Props = { readonly chat: Chat | undefined; readonly children: ReactNode };

/** Stands where one writes, where one may not. */
export function WhereOneMayWrite({ chat, children }: Props) {
  const { store } = useClient().client;
  if (chat?.kind === 'direct' && chat.isBlocked) {
    const unblock = () => void store.unblock(chat.participant.id).catch(() => undefined);
    return (
      <div className="composer composer-closed" role="status">
        <p>
          You blocked <bdi>{chat.participant.name}</bdi>. Neither of you hears of the other.
        </p>
        <button type="button" className="button quiet" onClick={unblock}>
          Unblock
        </button>
      </div>
    );
  }
  if (chat?.kind === 'group' && chat.readOnly && !manages(chat.myRole)) {
    return (
      <div className="composer composer-closed" role="status">
        <p>Only owners and admins write here.</p>
      </div>
    );
  }
  return children;
}
