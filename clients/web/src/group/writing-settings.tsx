import { describeSeconds } from '@whisper/shared';

export type Writing = { readonly readOnly: boolean; readonly slowModeSeconds: number };

type Props = { readonly value: Writing; readonly onChange: (value: Writing) => void };

const slowModes = [0, 10, 30, 60, 300, 900, 3_600] as const;

/** Who writes in a group, and how often. */
export function WritingSettings({ value, onChange }: Props) {
  const { readOnly, slowModeSeconds } = value;
  return (
    <>
      <label className="dialog-row">
        <input
          type="checkbox"
          checked={readOnly}
          onChange={(event) => onChange({ ...value, readOnly: event.target.checked })}
        />
        <span>Only owners and admins write</span>
      </label>
      <label className="dialog-row">
        <span>Members write once in</span>
        <select
          className="field"
          value={slowModeSeconds}
          onChange={(event) => onChange({ ...value, slowModeSeconds: Number(event.target.value) })}
        >
          {[...new Set([...slowModes, slowModeSeconds])].map((seconds) => (
            <option key={seconds} value={seconds}>
              {seconds === 0 ? 'no time' : describeSeconds(seconds)}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}
