import { limits, RoleSchema, type GroupChat, type Member, type Role } from '@whisper/shared';
import { useState } from 'react';
import { useIsOnline, useStore } from '../store/use-client.ts';
import { Avatar } from '../ui/avatar.tsx';
import { MorePeople } from './more-people.tsx';
import type { GroupActing } from './use-group-act.ts';
import { useMembers } from './use-members.ts';

/** A search is worth its place only in a larger group. */
const searchFrom = 8;

type Props = { readonly chat: GroupChat; readonly acting: GroupActing };

/** The people of a group and what they are in it. */
export function MemberList({ chat, acting }: Props) {
  const [search, setSearch] = useState('');
  const { members, hasNextPage, fetchNextPage } = useMembers(chat, search.trim());
  return (
    <>
      {chat.memberCount >= searchFrom && (
        <input
          className="field"
          aria-label="Search the people of this group"
          placeholder="Search the people of this group"
          autoComplete="off"
          maxLength={limits.queryLengthMax}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      )}
      <ul className="dialog-list" aria-label="People of this group" tabIndex={0}>
        {members.map((member) => (
          <MemberRow key={member.user.id} chat={chat} acting={acting} member={member} />
        ))}
        {hasNextPage && <MorePeople onMore={() => void fetchNextPage()} />}
      </ul>
    </>
  );
}

type RowProps = Props & { readonly member: Member };

function MemberRow({ chat, acting, member }: RowProps) {
  const { user, role } = member;
  const isMe = useStore(({ me }) => me?.id === user.id);
  const isOnline = useIsOnline(user.id);
  return (
    <li className="member-row">
      <Avatar person={user} isOnline={isOnline} />
      <span className="member-name">
        <bdi>{user.name}</bdi>
        {isMe && <span className="member-you">You</span>}
      </span>
      {chat.myRole === 'owner' && !isMe ? (
        <RoleChoice chat={chat} acting={acting} member={member} />
      ) : (
        role !== 'member' && <span className="member-role">{roleNames[role]}</span>
      )}
      {!isMe && mayRemove(chat.myRole, role) && <RemoveButton chat={chat} acting={acting} member={member} />}
    </li>
  );
}

const roleNames: Record<Role, string> = { owner: 'Owner', admin: 'Admin', member: 'Member' };

function mayRemove(mine: Role, theirs: Role): boolean {
  return mine === 'owner' || (mine === 'admin' && theirs === 'member');
}

function RoleChoice({ chat: { id: chatId }, acting: { act, isPending }, member }: RowProps) {
  const { id: userId, name } = member.user;
  const setRole = (role: Role) => act((group) => group.setRole.mutate({ chatId, userId, role }));
  return (
    <select
      aria-label={`Role of ${name}`}
      disabled={isPending}
      value={member.role}
      onChange={({ target }) => setRole(RoleSchema.parse(target.value))}
    >
      {RoleSchema.options.map((role) => (
        <option key={role} value={role}>
          {roleNames[role]}
        </option>
      ))}
    </select>
  );
}

/** Asks once more before it does it. */
function RemoveButton({ chat: { id: chatId }, acting: { act, isPending }, member }: RowProps) {
  const [isAsked, setIsAsked] = useState(false);
  const { id: userId, name } = member.user;
  const press = () => {
    if (!isAsked) return setIsAsked(true);
    act((group) => group.removeMember.mutate({ chatId, userId }));
  };
  return (
    <button
      type="button"
      className="text-button"
      data-danger={isAsked || undefined}
      aria-label={isAsked ? `Really remove ${name}` : `Remove ${name}`}
      disabled={isPending}
      onBlur={() => setIsAsked(false)}
      onClick={press}
    >
      {isAsked ? 'Really remove?' : 'Remove'}
    </button>
  );
}
