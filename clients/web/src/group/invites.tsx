import { useQuery } from '@tanstack/react-query';
import type { Invite } from '@whisper/shared';
import { useState } from 'react';
import { appUrl } from '../routing/app-url.ts';
import { useClient } from '../store/use-client.ts';
import { formatDay, formatTime } from '../ui/format-time.ts';
import { useToday } from '../ui/use-today.ts';
import { BackButton, type GroupViewProps } from './add-people.tsx';

const dayMs = 86_400_000;
const lifetimes = [
  { label: 'A week', days: 7 },
  { label: 'A day', days: 1 },
  { label: 'Until it is revoked', days: null },
] as const;

/** The links by which people come into a group. */
export function Invites({ chat, acting: { act, isPending }, onBack }: GroupViewProps) {
  const { api } = useClient().client;
  const { id: chatId } = chat;
  const [days, setDays] = useState<number | null>(7);
  const { data } = useQuery({
    queryKey: ['chat.listInvites', chatId],
    queryFn: ({ signal }) => api.chat.listInvites.query({ chatId }, { signal }),
    staleTime: 0,
  });
  const create = () => {
    const expiry = days === null ? {} : { expiresAt: new Date(Date.now() + days * dayMs) };
    act((group) => group.createInvite.mutate({ chatId, ...expiry }));
  };
  const revoke = ({ code }: Invite) => act((group) => group.revokeInvite.mutate({ chatId, code }));
  return (
    <>
      <p className="dialog-hint">Whoever has a link may come in while it works.</p>
      <ul className="dialog-list invites" aria-label="Links that work">
        {data?.invites.map((invite) => (
          <InviteRow key={invite.code} invite={invite} onRevoke={() => revoke(invite)} />
        ))}
      </ul>
      <div className="button-row">
        <label className="new-link">
          <span>It works for</span>
          <select value={String(days)} onChange={({ target }) => setDays(toDays(target.value))}>
            {lifetimes.map(({ label, days: each }) => (
              <option key={label} value={String(each)}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <button type="button" className="button" disabled={isPending} onClick={create} data-first>
          New link
        </button>
        <BackButton onBack={onBack} />
      </div>
    </>
  );
}

function toDays(value: string): number | null {
  return value === 'null' ? null : Number(value);
}

type RowProps = { readonly invite: Invite; readonly onRevoke: () => void };

function InviteRow({ invite, onRevoke }: RowProps) {
  const today = useToday();
  const [isCopied, setIsCopied] = useState(false);
  const link = new URL(`join/${invite.code}`, appUrl).href;
  const copy = () =>
    void navigator.clipboard?.writeText(link).then(
      () => setIsCopied(true),
      () => undefined,
    );
  const { expiresAt, uses } = invite;
  const end = expiresAt
    ? `Works until ${formatDay(expiresAt, today)}, ${formatTime(expiresAt)}`
    : 'Works until it is revoked';
  return (
    <li className="invite">
      <input
        className="field"
        readOnly
        aria-label="Link"
        value={link}
        onFocus={({ target }) => target.select()}
      />
      <p className="dialog-hint">{`${end}. ${describeUses(uses)} came by it.`}</p>
      <div className="ways">
        <button type="button" className="text-button" onClick={copy}>
          {isCopied ? 'Copied' : 'Copy'}
        </button>
        <button type="button" className="text-button" onClick={onRevoke}>
          Revoke
        </button>
      </div>
    </li>
  );
}

function describeUses(uses: number): string {
  if (uses === 0) return 'Nobody';
  return uses === 1 ? '1 person' : `${uses} people`;
}
