import Form from '@rjsf/core';
import { ErrorSchemaBuilder, type ErrorSchema, type RJSFSchema } from '@rjsf/utils';
import { useMemo } from 'react';
import type { JsonSchema } from '../api/description.ts';
import { toFormSchema, toUiSchema } from '../schema/form-schema.ts';
import type { FormContext } from './form-context.ts';
import { noValidation } from './no-validation.ts';
import {
  AddButton,
  RemoveButton,
  FieldTemplate,
  MultiSchemaFieldTemplate,
  ObjectFieldTemplate,
} from './templates.tsx';
import { widgets } from './widgets.tsx';

type Props = {
  readonly idPrefix: string;
  readonly schema: JsonSchema;
  readonly value: unknown;
  readonly fieldErrors: Readonly<Record<string, readonly string[]>>;
  readonly context: FormContext;
  readonly onChange: (value: unknown) => void;
};

const templates = {
  FieldTemplate,
  ObjectFieldTemplate,
  MultiSchemaFieldTemplate,
  ButtonTemplates: { AddButton, RemoveButton },
};

/** The input as a form, made from its schema. What is wrong is said by the server, at the field it concerns. */
export function InputForm({ idPrefix, schema, value, fieldErrors, context, onChange }: Props) {
  const formSchema = useMemo(() => toFormSchema(schema) as RJSFSchema, [schema]);
  const uiSchema = useMemo(() => toUiSchema(schema), [schema]);
  const extraErrors = useMemo(() => toErrorSchema(fieldErrors), [fieldErrors]);
  return (
    <Form
      tagName="div"
      idPrefix={idPrefix}
      schema={formSchema}
      uiSchema={uiSchema}
      validator={noValidation}
      formData={value}
      formContext={context}
      extraErrors={extraErrors}
      templates={templates}
      widgets={widgets}
      showErrorList={false}
      experimental_defaultFormStateBehavior={{ emptyObjectFields: 'skipDefaults' }}
      onChange={({ formData }) => onChange(formData)}
    >
      <></>
    </Form>
  );
}

function toErrorSchema(fieldErrors: Props['fieldErrors']): ErrorSchema {
  const builder = new ErrorSchemaBuilder();
  for (const [field, messages] of Object.entries(fieldErrors)) {
    if (field !== '') builder.addErrors([...messages], field);
  }
  return builder.ErrorSchema;
}
