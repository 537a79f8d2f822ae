import { useMutation } from '@tanstack/react-query';
import { toFailure } from '@whisper/client';
import { ClientIdSchema, GroupNameSchema, limits, type User } from '@whisper/shared';
import { useState, type SyntheticEvent } from 'react';
import { chatPath, navigate } from '../routing/route.ts';
import { useClient } from '../store/use-client.ts';
import { Dialog } from '../ui/dialog.tsx';
import { PeoplePicker } from './people-picker.tsx';

/** Makes a group and leads there. */
export function NewGroupDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<readonly User[]>([]);
  const create = useCreateGroup({ name, chosen, onDone: onClose });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!create.isPending) create.mutate();
  };
  return (
    <Dialog title="New group" onClose={onClose}>
      <form className="dialog-form" onSubmit={submit}>
        <input
          className="field"
          aria-label="Name of the group"
          placeholder="Name of the group"
          autoComplete="off"
          data-first
          maxLength={limits.groupNameLengthMax}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <PeoplePicker chosen={chosen} onChange={setChosen} />
        {create.error && (
          <p className="problem" role="alert">
            {`${toFailure(create.error).message}.`}
          </p>
        )}
        <div className="button-row">
          <button type="submit" className="button" disabled={!GroupNameSchema.safeParse(name).success}>
            {chosen.length === 0 ? 'Create' : `Create with ${chosen.length}`}
          </button>
          <button type="button" className="button quiet" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}

type Wanted = { readonly name: string; readonly chosen: readonly User[]; readonly onDone: () => void };

function useCreateGroup({ name, chosen, onDone }: Wanted) {
  const { api, store } = useClient().client;
  // One key for one group, however often it is tried.
  const [clientId] = useState(() => ClientIdSchema.parse(crypto.randomUUID()));
  return useMutation({
    mutationFn: async () => {
      const memberIds = chosen.map(({ id }) => id);
      const { id } = await api.chat.createGroup.mutate({ name, memberIds, clientId });
      await store.openChat(id);
      return id;
    },
    onSuccess: (id) => {
      onDone();
      navigate(chatPath(id));
    },
  });
}
