import type { User } from '@whisper/shared';
import { useClient, useStore } from '../store/use-client.ts';
import { MenuItem } from '../ui/menu.tsx';

type Props = { readonly person: Pick<User, 'id' | 'name'>; readonly onDone: () => void };

/** Whether I block somebody, on whichever device I did. */
export function useIsBlocked(userId: User['id'] | undefined): boolean {
  return useStore(({ blocked }) => blocked.some(({ user }) => user.id === userId));
}

/** Blocks a person, or ends that; for menus. */
export function BlockItem({ person, onDone }: Props) {
  const { store } = useClient().client;
  const isBlocked = useIsBlocked(person.id);
  const act = () => {
    const change = isBlocked ? store.unblock(person.id) : store.block(person.id);
    void change.catch(() => undefined);
    onDone();
  };
  return <MenuItem icon="muted" label={`${isBlocked ? 'Unblock' : 'Block'} ${person.name}`} act={act} />;
}
