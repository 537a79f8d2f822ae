import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toFailure, type WhisperApi } from '@whisper/client';
import type { GroupChat, Role } from '@whisper/shared';
import { useClient } from '../store/use-client.ts';

type Act = (group: WhisperApi['chat']) => Promise<unknown>;

/** One thing at a time is done to the group; says why it was refused, and whoever is in it is fetched again. */
export function useGroupAct({ id }: GroupChat) {
  const { api } = useClient().client;
  const queries = useQueryClient();
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: (act: Act) => act(api.chat),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['chat.members', id] }),
        queries.invalidateQueries({ queryKey: ['chat.listInvites', id] }),
      ]),
  });
  // Part of the act, because whoever leaves the group leaves its page before the answer is there.
  const act = (what: Act, onDone?: () => void) =>
    mutate(async (group) => {
      await what(group);
      onDone?.();
    });
  return { act, isPending, problem: error && `${toFailure(error).message}.`, reset };
}

export type GroupActing = ReturnType<typeof useGroupAct>;

/** Owners and admins change the group, and who is in it. */
export function manages(role: Role): boolean {
  return role !== 'member';
}
