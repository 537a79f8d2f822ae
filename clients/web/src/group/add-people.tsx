import type { GroupChat, User } from '@whisper/shared';
import { useState } from 'react';
import { PeoplePicker } from './people-picker.tsx';
import type { GroupActing } from './use-group-act.ts';
import { useMembers } from './use-members.ts';

export type GroupViewProps = {
  readonly chat: GroupChat;
  readonly acting: GroupActing;
  readonly onBack: () => void;
};

export function AddPeople({ chat, acting: { act, isPending }, onBack }: GroupViewProps) {
  const [chosen, setChosen] = useState<readonly User[]>([]);
  const { members } = useMembers(chat, '');
  const userIds = chosen.map(({ id }) => id);
  const add = () => act((group) => group.addMembers.mutate({ chatId: chat.id, userIds }), onBack);
  return (
    <>
      <PeoplePicker
        chosen={chosen}
        onChange={setChosen}
        without={new Set(members.map(({ user }) => user.id))}
      />
      <div className="button-row">
        <button type="button" className="button" disabled={isPending || userIds.length === 0} onClick={add}>
          {userIds.length === 0 ? 'Add' : `Add ${userIds.length}`}
        </button>
        <BackButton onBack={onBack} />
      </div>
    </>
  );
}

export function BackButton({ onBack }: Pick<GroupViewProps, 'onBack'>) {
  return (
    <button type="button" className="button quiet" onClick={onBack}>
      Back
    </button>
  );
}
