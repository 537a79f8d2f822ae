import type { GroupChat } from '@whisper/shared';
import { useState } from 'react';
import { Icon } from '../ui/icon.tsx';
import { GroupDialog } from './group-dialog.tsx';

/** Opens who is in the group and what one can do there. */
export function GroupButton({ chat }: { readonly chat: GroupChat }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="icon-button"
        aria-label="About this group"
        title="About this group"
        aria-haspopup="dialog"
        onClick={() => setIsOpen(true)}
      >
        <Icon name="people" />
      </button>
      {isOpen && <GroupDialog chat={chat} onClose={() => setIsOpen(false)} />}
    </>
  );
}
