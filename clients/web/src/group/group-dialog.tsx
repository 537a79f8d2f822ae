import type { GroupChat } from '@whisper/shared';
import { useState } from 'react';
import { Dialog } from '../ui/dialog.tsx';
import { AddPeople } from './add-people.tsx';
import { GroupSettings } from './group-settings.tsx';
import { Invites } from './invites.tsx';
import { LeaveGroup } from './leave-group.tsx';
import { MemberList } from './member-list.tsx';
import { manages, useGroupAct } from './use-group-act.ts';

type View = 'people' | 'add' | 'invites' | 'settings' | 'leave';

const titles: Record<Exclude<View, 'people'>, string> = {
  add: 'Add people',
  invites: 'Invite by link',
  settings: 'Change the group',
  leave: 'Leave this group?',
};

type Props = { readonly chat: GroupChat; readonly onClose: () => void };

/** Who is in a group, and what one can do there. */
export function GroupDialog({ chat, onClose }: Props) {
  const [view, setView] = useState<View>('people');
  const acting = useGroupAct(chat);
  const show = (next: View) => {
    acting.reset();
    setView(next);
  };
  const back = () => show('people');
  return (
    <Dialog key={view} title={view === 'people' ? chat.name : titles[view]} onClose={onClose}>
      {view === 'people' && (
        <>
          <MemberList chat={chat} acting={acting} />
          <Ways chat={chat} onShow={show} onClose={onClose} />
        </>
      )}
      {view === 'add' && <AddPeople chat={chat} acting={acting} onBack={back} />}
      {view === 'invites' && <Invites chat={chat} acting={acting} onBack={back} />}
      {view === 'settings' && <GroupSettings chat={chat} acting={acting} onBack={back} />}
      {view === 'leave' && <LeaveGroup chat={chat} acting={acting} onBack={back} />}
      {acting.problem && (
        <p className="problem" role="alert">
          {acting.problem}
        </p>
      )}
    </Dialog>
  );
}

type WaysProps = Props & { readonly onShow: (view: View) => void };

function Ways({ chat, onShow, onClose }: WaysProps) {
  const ways = manages(chat.myRole)
    ? (['add', 'invites', 'settings', 'leave'] as const)
    : (['leave'] as const);
  return (
    <>
      <div className="ways">
        {ways.map((way) => (
          <button key={way} type="button" className="text-button" onClick={() => onShow(way)}>
            {way === 'leave' ? 'Leave' : titles[way]}
          </button>
        ))}
      </div>
      <div className="button-row">
        <button type="button" className="button quiet" onClick={onClose} data-first>
          Close
        </button>
      </div>
    </>
  );
}
