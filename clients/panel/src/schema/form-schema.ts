import type { UiSchema } from '@rjsf/utils';
import type { JsonSchema } from '../api/description.ts';
import { withoutNull } from './visit.ts';

const longTextMin = 1_000;

/**
 * The schema as the form shows it. An optional field that may also be null is simply left empty; a required one
 * keeps null as a choice of its own.
 */
export function toFormSchema(schema: JsonSchema): JsonSchema {
  const { $schema: _, ...rest }: JsonSchema & { $schema?: string } = schema;
  return {
    ...rest,
    ...(schema.items && { items: toFormSchema(schema.items) }),
    ...(schema.anyOf && { anyOf: schema.anyOf.map(toAlternative) }),
    ...(schema.oneOf && { oneOf: schema.oneOf.map(toAlternative) }),
    ...(schema.properties && { properties: toFormProperties(schema) }),
  };
}

function toFormProperties({ properties = {}, required = [] }: JsonSchema) {
  return Object.fromEntries(
    Object.entries(properties).map(([key, property]) => [
      key,
      toFormSchema(required.includes(key) ? property : withoutNull(property)),
    ]),
  );
}

/** An alternative is called by the constant that tells it apart, or by its type. */
function toAlternative(schema: JsonSchema): JsonSchema & { readonly title: string } {
  const properties = Object.values(schema.properties ?? {});
  const constant = properties.find((property) => property.const !== undefined)?.const;
  const type = typeof schema.type === 'string' ? schema.type : 'other';
  return { ...toFormSchema(schema), title: typeof constant === 'string' ? constant : type };
}

/** Which widget shows which field: by its name where the name means something, else by its schema. */
export function toUiSchema(schema: JsonSchema): UiSchema {
  const fields = Object.entries(schema.properties ?? {}).map(([key, property]) => [
    key,
    fieldUi(key, property),
  ]);
  return { ...Object.fromEntries(fields), 'ui:submitButtonOptions': { norender: true } };
}

function fieldUi(key: string, given: JsonSchema): UiSchema {
  const schema = withoutNull(given);
  const widget = widgetFor(key, schema);
  if (widget) return { 'ui:widget': widget };
  if (schema.items) return { items: fieldUi(singularOf(key), schema.items), 'ui:orderable': false };
  return schema.properties ? toUiSchema(schema) : {};
}

/** What an item of a list stands for, by the name of the list. */
function singularOf(key: string): string {
  if (key === 'attachmentIds') return 'fileId';
  return ['userIds', 'memberIds', 'mentions'].includes(key) ? 'userId' : '';
}

function widgetFor(key: string, schema: JsonSchema): string | undefined {
  if (key === 'userId' || key === 'senderId') return 'person';
  if (key === 'chatId' || key === 'toChatId') return 'chat';
  if (key === 'messageId' || key === 'replyTo') return 'message';
  if (key === 'code') return 'invite';
  if (key === 'deviceId') return 'device';
  if (key === 'reportId') return 'report';
  if (key === 'fileId') return 'file';
  if (key === 'token') return 'token';
  if (schema.format === 'uuid') return 'uuid';
  if (schema.format === 'date-time') return 'moment';
  if ((schema.maxLength ?? 0) >= longTextMin) return 'textarea';
  return undefined;
}
