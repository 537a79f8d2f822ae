import type { GroupChat } from '@whisper/shared';
import { Dialog } from '../ui/dialog.tsx';
import { MemberList } from './member-list.tsx';

type Props = { readonly chat: GroupChat; readonly onClose: () => void };

/** Who is in a group, and what one can do there. */
export function GroupDialog({ chat, onClose }: Props) {
  return (
    <Dialog title={chat.name} onClose={onClose}>
      <MemberList chat={chat} />
      <div className="button-row">
        <button type="button" className="button quiet" onClick={onClose} data-first>
          Close
        </button>
      </div>
    </Dialog>
  );
}
