import { useClient, useStore } from '../store/use-client.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Dialog } from '../ui/dialog.tsx';

/** Everybody whom I block. */
export function BlockedDialog({ onClose }: { readonly onClose: () => void }) {
  const { store } = useClient().client;
  const blocked = useStore((snapshot) => snapshot.blocked);
  return (
    <Dialog title="Blocked people" onClose={onClose}>
      {blocked.length === 0 ? (
        <p>You block nobody.</p>
      ) : (
        <ul className="dialog-list">
          {blocked.map(({ user }) => (
            <li key={user.id} className="dialog-row">
              <Avatar person={user} />
              <bdi>{user.name}</bdi>
              <button
                type="button"
                className="button quiet"
                onClick={() => void store.unblock(user.id).catch(() => undefined)}
              >
                Unblock
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="button-row">
        <button type="button" className="button quiet" onClick={onClose} data-first>
          Close
        </button>
      </div>
    </Dialog>
  );
}
