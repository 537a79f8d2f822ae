import { GroupNameSchema, limits } from '@whisper/shared';
import { useState, type SyntheticEvent } from 'react';
import { BackButton, type GroupViewProps } from './add-people.tsx';
import { WritingSettings } from './writing-settings.tsx';

/** The name of a group, what those see who come into it, and how long messages are kept. */
export function GroupSettings({ chat, acting: { act, isPending }, onBack }: GroupViewProps) {
  const [name, setName] = useState(chat.name);
  const [historyVisible, setHistoryVisible] = useState(chat.historyVisible);
  const [retentionDays, setRetentionDays] = useState(chat.retentionDays ?? null);
  const { readOnly = false, slowModeSeconds = 0 } = chat;
  const [writing, setWriting] = useState({ readOnly, slowModeSeconds });
  const save = (event: SyntheticEvent) => {
    event.preventDefault();
    const changes = changesOf(chat, { name, historyVisible, retentionDays, ...writing });
    if (Object.keys(changes).length === 0) return onBack();
    act((group) => group.update.mutate({ chatId: chat.id, ...changes }), onBack);
  };
  return (
    <form className="dialog-form" onSubmit={save}>
      <input
        className="field"
        aria-label="Name of the group"
        autoComplete="off"
        data-first
        maxLength={limits.groupNameLengthMax}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <label className="dialog-row">
        <input
          type="checkbox"
          checked={historyVisible}
          onChange={(event) => setHistoryVisible(event.target.checked)}
        />
        <span>Those who come see what was written before</span>
      </label>
      <KeptFor days={retentionDays} onChange={setRetentionDays} />
      <WritingSettings value={writing} onChange={setWriting} />
      <div className="button-row">
        <button
          type="submit"
          className="button"
          disabled={isPending || !GroupNameSchema.safeParse(name).success}
        >
          Save
        </button>
        <BackButton onBack={onBack} />
      </div>
    </form>
  );
}

type GroupChat = GroupViewProps['chat'];

type Settings = Pick<GroupChat, 'name' | 'historyVisible'> & {
  readonly retentionDays: number | null;
  readonly readOnly: boolean;
  readonly slowModeSeconds: number;
};

function changesOf(chat: GroupChat, wanted: Settings) {
  const { name, historyVisible, retentionDays, readOnly, slowModeSeconds } = wanted;
  return {
    ...(name.trim() !== chat.name && { name }),
    ...(retentionDays !== (chat.retentionDays ?? null) && { retentionDays }),
    ...(historyVisible !== chat.historyVisible && { historyVisible }),
    ...(readOnly !== (chat.readOnly ?? false) && { readOnly }),
    ...(slowModeSeconds !== (chat.slowModeSeconds ?? 0) && { slowModeSeconds }),
  };
}

const offeredDays = [1, 7, 30, 90, 365] as const;

type KeptForProps = {
  readonly days: number | null;
  readonly onChange: (days: number | null) => void;
};

function KeptFor({ days, onChange }: KeptForProps) {
  const isOther = days !== null && !offeredDays.some((offered) => offered === days);
  const offered = isOther ? [...offeredDays, days].toSorted((a, b) => a - b) : offeredDays;
  return (
    <label className="kept-for">
      <span>Messages are kept</span>
      <select
        className="field"
        value={days ?? ''}
        onChange={({ target }) => onChange(target.value === '' ? null : Number(target.value))}
      >
        <option value="">as long as the server keeps them</option>
        {offered.map((each) => (
          <option key={each} value={each}>
            {each === 1 ? 'for a day' : `for ${each} days`}
          </option>
        ))}
      </select>
    </label>
  );
}
