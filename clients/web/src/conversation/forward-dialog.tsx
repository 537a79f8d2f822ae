import { faceOf, type ChatId, type Message } from '@whisper/shared';
import { chatPath, navigate } from '../routing/route.ts';
import { useClient, useStore } from '../store/use-client.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useActs } from './acts.ts';

/** Chooses the chat that a message goes on to, and leads there. */
export function ForwardDialog({ message }: { readonly message: Message }) {
  const { store } = useClient().client;
  const chats = useStore((snapshot) => snapshot.chats);
  const { close } = useActs();
  const forward = (chatId: ChatId) => {
    store.forward(message, chatId);
    close();
    navigate(chatPath(chatId));
  };
  return (
    <Dialog title="Forward to" onClose={close}>
      <ul className="dialog-list">
        {chats.map((chat) => (
          <li key={chat.id}>
            <button type="button" className="dialog-row" onClick={() => forward(chat.id)}>
              <Avatar person={faceOf(chat)} />
              <bdi>{faceOf(chat).name}</bdi>
            </button>
          </li>
        ))}
      </ul>
      <div className="button-row">
        <button type="button" className="button quiet" onClick={close}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}
