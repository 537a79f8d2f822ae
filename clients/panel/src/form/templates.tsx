import {
  errorId,
  type FieldTemplateProps,
  type IconButtonProps,
  type MultiSchemaFieldTemplateProps,
  type ObjectFieldTemplateProps,
} from '@rjsf/utils';

/** A label with its meaning, the field, and what the server found wrong with it. */
export function FieldTemplate(props: FieldTemplateProps) {
  const { id, label, required, rawDescription, rawErrors, children, displayLabel, schema } = props;
  // A constant says which alternative this is; there is nothing to write.
  if (schema.const !== undefined) return null;
  const isGroup = schema.type === 'object' && schema.properties !== undefined;
  const hasErrors = rawErrors !== undefined && rawErrors.length > 0;
  return (
    <div className={hasErrors ? 'field is-wrong' : 'field'}>
      {displayLabel && !isGroup && (
        <label htmlFor={id}>
          {label}
          {!required && <span className="optional">optional</span>}
        </label>
      )}
      {children}
      {hasErrors && (
        <div className="field-errors" id={errorId(id)} role="alert">
          {rawErrors.map((error) => (
            <p key={error}>{error}</p>
          ))}
        </div>
      )}
      {rawDescription && (displayLabel || schema.type === 'boolean') && (
        <p className="field-docs">{rawDescription}</p>
      )}
    </div>
  );
}

export function ObjectFieldTemplate({ properties, fieldPathId, title }: ObjectFieldTemplateProps) {
  const fields = properties.map(({ content }) => content);
  if (fieldPathId.path.length === 0) return <>{fields}</>;
  return (
    <fieldset>
      <legend>{title}</legend>
      {fields}
    </fieldset>
  );
}

export function AddButton({ onClick, disabled, id }: IconButtonProps) {
  return (
    <button type="button" id={id} onClick={onClick} disabled={disabled}>
      Add
    </button>
  );
}

export function RemoveButton({ onClick, disabled, id }: IconButtonProps) {
  return (
    <button type="button" id={id} onClick={onClick} disabled={disabled}>
      Remove
    </button>
  );
}

export function MultiSchemaFieldTemplate({ selector, optionSchemaField }: MultiSchemaFieldTemplateProps) {
  return (
    <div className="union">
      {selector}
      {optionSchemaField}
    </div>
  );
}
