import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { DeviceId, PushSettings, SetPushSettingsInput } from '@whisper/shared';
import { useState } from 'react';
import { useClient } from '../store/use-client.ts';
import { Dialog } from '../ui/dialog.tsx';
import { DialogButton } from '../ui/dialog-button.tsx';
import { Icon } from '../ui/icon.tsx';
import { isWanted, joinPush, leavePush, permissionNow, setWanted } from './own-browser.ts';

export function NotificationSettingsButton() {
  return (
    <DialogButton label="Notifications" icon="bell">
      {(close) => <NotificationSettings onClose={close} />}
    </DialogButton>
  );
}

/** What one is told of and how, on this device and the others. */
function NotificationSettings({ onClose }: { readonly onClose: () => void }) {
  const { api } = useClient().client;
  const queries = useQueryClient();
  const settings = useQuery({ queryKey: ['device.settings'], queryFn: () => api.device.settings.query() });
  const change = useMutation({
    mutationFn: (input: SetPushSettingsInput) => api.device.setSettings.mutate(input),
    // Shown at once, and taken back when it was refused.
    onMutate: (input) =>
      queries.setQueryData<PushSettings>(
        ['device.settings'],
        (known) => known && { ...known, ...toSaid(input) },
      ),
    onError: () => queries.invalidateQueries({ queryKey: ['device.settings'] }),
    onSuccess: (changed) => queries.setQueryData(['device.settings'], changed),
  });
  const { data } = settings;
  return (
    <Dialog title="Notifications" onClose={onClose}>
      <div className="dialog-form">
        <ThisDevice isReached={data?.kinds.includes('web') ?? false} />
        {data && <Wishes settings={data} onChange={(input) => change.mutate(input)} />}
        {(settings.isError || change.isError) && (
          <p role="alert">That is not possible right now. Try again in a moment.</p>
        )}
        <Devices />
        <div className="button-row">
          <button type="button" className="button" onClick={onClose}>
            Done
          </button>
        </div>
      </div>
    </Dialog>
  );
}

function toSaid({ showText, mentionsPassMute }: SetPushSettingsInput): Partial<PushSettings> {
  return {
    ...(showText !== undefined && { showText }),
    ...(mentionsPassMute !== undefined && { mentionsPassMute }),
  };
}

type SwitchProps = {
  readonly label: string;
  readonly isOn: boolean;
  readonly isDisabled?: boolean;
  readonly onChange: (isOn: boolean) => void;
};

function Switch({ label, isOn, isDisabled = false, onChange }: SwitchProps) {
  return (
    <label className="dialog-row">
      <input
        type="checkbox"
        checked={isOn}
        disabled={isDisabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>{label}</span>
    </label>
  );
}

function ThisDevice({ isReached }: { readonly isReached: boolean }) {
  const { client, notes } = useClient();
  const queries = useQueryClient();
  const [isOn, setIsOn] = useState(() => isWanted(notes));
  const [permission, setPermission] = useState(permissionNow);
  const turn = async (wanted: boolean) => {
    const allowed = wanted && permission === 'default' ? await Notification.requestPermission() : permission;
    setPermission(allowed);
    setWanted(notes, wanted);
    setIsOn(isWanted(notes));
    if (isWanted(notes)) await joinPush(client);
    else await leavePush(client);
    await queries.invalidateQueries({ queryKey: ['device.list'] });
  };
  return (
    <>
      <Switch
        label={isReached ? 'Tell me on this device, also while Whisper is closed' : 'Tell me on this device'}
        isOn={isOn}
        isDisabled={permission === 'denied'}
        onChange={(wanted) => void turn(wanted)}
      />
      {permission === 'denied' && <p>This browser does not let Whisper show notifications.</p>}
    </>
  );
}

type WishesProps = {
  readonly settings: PushSettings;
  readonly onChange: (input: SetPushSettingsInput) => void;
};

function Wishes({ settings, onChange }: WishesProps) {
  return (
    <>
      <Switch
        label="Show who wrote and what"
        isOn={settings.showText && settings.isTextAllowed}
        isDisabled={!settings.isTextAllowed}
        onChange={(showText) => onChange({ showText })}
      />
      <Switch
        label="Tell me when I am named in a muted chat"
        isOn={settings.mentionsPassMute}
        onChange={(mentionsPassMute) => onChange({ mentionsPassMute })}
      />
    </>
  );
}

/** The devices that are told while nobody looks. */
function Devices() {
  const { api } = useClient().client;
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey: ['device.list'],
    queryFn: () => api.device.list.query(),
    staleTime: 0,
  });
  const remove = useMutation({
    mutationFn: (deviceId: DeviceId) => api.device.remove.mutate({ deviceId }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['device.list'] }),
  });
  if (!data || data.devices.length === 0) return null;
  return (
    <ul className="dialog-list" aria-label="Devices that are told">
      {data.devices.map(({ id, label, platform, kind }) => (
        <li key={id} className="dialog-row">
          <span>{label || platform || kind}</span>
          <button
            type="button"
            className="icon-button"
            aria-label={`Remove ${label || platform || kind}`}
            onClick={() => remove.mutate(id)}
          >
            <Icon name="remove" />
          </button>
        </li>
      ))}
    </ul>
  );
}
