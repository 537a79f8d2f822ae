import { limits, type GroupChat, type Member } from '@whisper/shared';
import { useState } from 'react';
import { useIsOnline, useStore } from '../store/use-client.ts';
import { Avatar } from '../ui/avatar.tsx';
import { useMembers } from './use-members.ts';

/** A search is worth its place only in a larger group. */
const searchFrom = 8;

/** The people of a group and what they are in it. */
export function MemberList({ chat }: { readonly chat: GroupChat }) {
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
          <MemberRow key={member.user.id} member={member} />
        ))}
        {hasNextPage && (
          <li>
            <button type="button" className="more" onClick={() => void fetchNextPage()}>
              Show more people
            </button>
          </li>
        )}
      </ul>
    </>
  );
}

function MemberRow({ member: { user, role } }: { readonly member: Member }) {
  const isMe = useStore(({ me }) => me?.id === user.id);
  const isOnline = useIsOnline(user.id);
  return (
    <li className="member-row">
      <Avatar person={user} isOnline={isOnline} />
      <span className="member-name">
        <bdi>{user.name}</bdi>
        {isMe && <span className="member-you">You</span>}
      </span>
      {role !== 'member' && <span className="member-role">{role === 'owner' ? 'Owner' : 'Admin'}</span>}
    </li>
  );
}
