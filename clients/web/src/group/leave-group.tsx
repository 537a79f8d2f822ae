import { goHome } from '../routing/route.ts';
import { BackButton, type GroupViewProps } from './add-people.tsx';

export function LeaveGroup({ chat, acting: { act, isPending }, onBack }: GroupViewProps) {
  const leave = () => act((group) => group.leave.mutate({ chatId: chat.id }), goHome);
  return (
    <>
      <p>You read nothing of it any more, until somebody adds you again.</p>
      <div className="button-row">
        <button type="button" className="button danger" disabled={isPending} onClick={leave}>
          Leave
        </button>
        <BackButton onBack={onBack} />
      </div>
    </>
  );
}
