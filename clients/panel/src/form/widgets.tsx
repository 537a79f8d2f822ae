import type { RegistryWidgetsType, RJSFSchema, WidgetProps } from '@rjsf/utils';
import { errorProps } from './error-props.ts';
import type { FormContext } from './form-context.ts';
import { PickWidget } from './pick-widget.tsx';

type Props = WidgetProps<unknown, RJSFSchema, FormContext>;

const textOf = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

function TextWidget({ id, value, onChange, rawErrors, schema }: Props) {
  const isNumber = schema.type === 'integer' || schema.type === 'number';
  return (
    <input
      id={id}
      type={isNumber ? 'number' : 'text'}
      value={textOf(value)}
      autoComplete="off"
      spellCheck={false}
      onChange={({ target }) => onChange(target.value === '' && isNumber ? undefined : target.value)}
      {...errorProps({ id, rawErrors })}
    />
  );
}

function TextareaWidget({ id, value, onChange, rawErrors }: Props) {
  return (
    <textarea
      id={id}
      rows={2}
      value={textOf(value)}
      onChange={({ target }) => onChange(target.value)}
      {...errorProps({ id, rawErrors })}
    />
  );
}

/** Brings its label, which stands after the box. */
function CheckboxWidget({ id, value, onChange, rawErrors, label }: Props) {
  return (
    <label className="check" htmlFor={id}>
      <input
        id={id}
        type="checkbox"
        checked={value === true}
        onChange={({ target }) => onChange(target.checked)}
        {...errorProps({ id, rawErrors })}
      />
      {label}
    </label>
  );
}

function SelectWidget({ id, value, onChange, options, label }: Props) {
  const choices = options.enumOptions ?? [];
  return (
    <select
      id={id}
      aria-label={label}
      value={choices.findIndex((choice) => choice.value === value)}
      onChange={({ target }) => onChange(choices[Number(target.value)]?.value)}
    >
      {!choices.some((choice) => choice.value === value) && <option value={-1}>choose…</option>}
      {choices.map((choice, index) => (
        <option key={choice.label} value={index}>
          {choice.label}
        </option>
      ))}
    </select>
  );
}

function UuidWidget({ id, value, onChange, rawErrors, registry }: Props) {
  const { renewsIds, setRenewsIds } = registry.formContext;
  return (
    <>
      <div className="input-row">
        <input
          id={id}
          className="mono"
          value={textOf(value)}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => onChange(target.value)}
          {...errorProps({ id, rawErrors })}
        />
        <button type="button" onClick={() => onChange(crypto.randomUUID())}>
          New
        </button>
      </div>
      <label className="check">
        <input type="checkbox" checked={renewsIds} onChange={({ target }) => setRenewsIds(target.checked)} />a
        new one after each call
      </label>
    </>
  );
}

/** A moment in the reader's own time zone; the value is ISO text in UTC. */
function MomentWidget({ id, value, onChange, rawErrors }: Props) {
  const text = typeof value === 'string' ? toLocalText(value) : '';
  return (
    <input
      id={id}
      type="datetime-local"
      step="0.001"
      value={text}
      onChange={({ target }) =>
        onChange(target.value === '' ? undefined : new Date(target.value).toISOString())
      }
      {...errorProps({ id, rawErrors })}
    />
  );
}

function toLocalText(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '';
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, -1);
}

function TokenWidget({ id, value, onChange, rawErrors, registry }: Props) {
  const { getToken } = registry.formContext;
  return (
    <div className="input-row">
      <input
        id={id}
        type="password"
        value={textOf(value)}
        autoComplete="off"
        onChange={({ target }) => onChange(target.value)}
        {...errorProps({ id, rawErrors })}
      />
      <button type="button" onClick={() => void getToken().then(onChange, () => undefined)}>
        Mine
      </button>
    </div>
  );
}

export const widgets: RegistryWidgetsType<unknown, RJSFSchema, FormContext> = {
  TextWidget,
  TextareaWidget,
  CheckboxWidget,
  SelectWidget,
  uuid: UuidWidget,
  moment: MomentWidget,
  token: TokenWidget,
  person: (props: Props) => (
    <PickWidget
      {...props}
      choices={props.registry.formContext.picks.people}
      hint="Nobody else is here yet."
    />
  ),
  chat: (props: Props) => (
    <PickWidget
      {...props}
      choices={props.registry.formContext.picks.chats}
      hint={
        props.registry.formContext.isOfGroups
          ? 'No group yet: chat.createGroup makes one.'
          : 'No chat yet: chat.openDirect makes one.'
      }
    />
  ),
  invite: (props: Props) => (
    <PickWidget
      {...props}
      choices={props.registry.formContext.picks.invites}
      hint="No invitation yet: chat.createInvite makes one."
    />
  ),
  device: (props: Props) => (
    <PickWidget
      {...props}
      choices={props.registry.formContext.picks.devices}
      hint="No device yet: device.register makes one."
    />
  ),
  report: (props: Props) => (
    <PickWidget
      {...props}
      choices={props.registry.formContext.picks.reports}
      hint="No open report that this person may see: report.create makes one."
    />
  ),
  file: (props: Props) => (
    <PickWidget
      {...props}
      choices={props.registry.formContext.picks.files}
      hint="No file yet: file.create makes one."
    />
  ),
  message: (props: Props) => (
    <PickWidget
      {...props}
      choices={props.registry.formContext.picks.messages}
      hint="No message yet: message.send makes one."
    />
  ),
};
