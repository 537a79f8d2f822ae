import type { Message } from '@whisper/shared';
import { manages } from '../group/use-group-act.ts';
import { useClient, useStore } from '../store/use-client.ts';
import { Dialog } from '../ui/dialog.tsx';
import { useActs } from './acts.ts';

export function DeleteDialog({ message }: { readonly message: Message }) {
  const { store } = useClient().client;
  const { close } = useActs();
  const isForAll = useMayDeleteForAll(message);
  const act = (remove: (message: Message) => void) => () => {
    remove(message);
    close();
  };
  return (
    <Dialog title="Delete this message?" onClose={close}>
      <p>
        {isForAll
          ? 'For everybody, it disappears with its earlier texts and its reactions. For you alone, others still see it.'
          : 'None of your devices shows it any more. Others still see it.'}
      </p>
      <div className="button-row">
        {isForAll && (
          <button type="button" className="button danger" onClick={act((each) => store.remove(each))}>
            Delete for everybody
          </button>
        )}
        <button type="button" className="button danger" onClick={act((each) => store.hide(each))}>
          Delete for me
        </button>
        <button type="button" className="button quiet" onClick={close} data-first>
          Keep it
        </button>
      </div>
    </Dialog>
  );
}

/** One's own; in a group also those of others to whom it is given. */
function useMayDeleteForAll({ chatId, sender }: Message): boolean {
  const isMine = useStore(({ me }) => me?.id === sender.id);
  const chat = useStore(({ chats }) => chats.find(({ id }) => id === chatId));
  return isMine || (chat?.kind === 'group' && manages(chat.myRole));
}
