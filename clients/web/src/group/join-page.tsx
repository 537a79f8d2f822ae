import { useMutation } from '@tanstack/react-query';
import { toFailure } from '@whisper/client';
import { EmptyPane } from '../layout/empty-pane.tsx';
import { chatPath, navigate } from '../routing/route.ts';
import { useClient } from '../store/use-client.ts';

/** Where the link of an invitation leads. */
export function JoinPage({ code }: { readonly code: string }) {
  const { api, store } = useClient().client;
  const join = useMutation({
    mutationFn: async () => {
      const { id } = await api.chat.join.mutate({ code });
      await store.openChat(id);
      return id;
    },
    onSuccess: (id) => navigate(chatPath(id)),
  });
  if (join.error) {
    const { code: kind, message } = toFailure(join.error);
    return (
      <EmptyPane title="This invitation leads nowhere" hasWayHome>
        {kind === 'NOT_FOUND'
          ? 'It was revoked, was used up or is over. Ask for another one.'
          : `${message}.`}
      </EmptyPane>
    );
  }
  return (
    <EmptyPane
      title="You are invited to a group"
      action={
        <button type="button" className="button" disabled={join.isPending} onClick={() => join.mutate()}>
          Join
        </button>
      }
    >
      Everybody in it sees that you came.
    </EmptyPane>
  );
}
