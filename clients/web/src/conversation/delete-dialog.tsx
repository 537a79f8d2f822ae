import type { Message } from '@whisper/shared';
import { useClient } from '../store/use-client.ts';
import { Dialog } from '../ui/dialog.tsx';
import { useActs } from './acts.ts';

export function DeleteDialog({ message }: { readonly message: Message }) {
  const { store } = useClient().client;
  const { close } = useActs();
  const remove = () => {
    store.remove(message);
    close();
  };
  return (
    <Dialog title="Delete this message?" onClose={close}>
      <p>It disappears for everybody in this conversation, with its earlier texts and its reactions.</p>
      <div className="button-row">
        <button type="button" className="button danger" onClick={remove}>
          Delete
        </button>
        <button type="button" className="button quiet" onClick={close} data-first>
          Keep it
        </button>
      </div>
    </Dialog>
  );
}
