import type { GroupChat } from '@whisper/shared';
import { DialogButton } from '../ui/dialog-button.tsx';
import { GroupDialog } from './group-dialog.tsx';

/** Opens who is in the group and what one can do there. */
export function GroupButton({ chat }: { readonly chat: GroupChat }) {
  return (
    <DialogButton label="About this group" icon="people">
      {(close) => <GroupDialog chat={chat} onClose={close} />}
    </DialogButton>
  );
}
