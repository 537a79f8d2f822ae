import { useClient } from '../store/client-context.ts';
import { useStore } from '../store/use-store.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Icon } from '../ui/icon.tsx';

/** Who one is here, and the way out. */
export function Me() {
  const { session } = useClient();
  const me = useStore((snapshot) => snapshot.me);
  return (
    <div className="me">
      {me && (
        <>
          <span className="me-name" title={`Signed in as ${me.name}`}>
            {me.name}
          </span>
          <Avatar person={me} />
        </>
      )}
      <button
        type="button"
        className="icon-button"
        aria-label="Sign out"
        title="Sign out"
        onClick={session.signOut}
      >
        <Icon name="signOut" />
      </button>
    </div>
  );
}
