import type { JsonSchema } from '../api/description.ts';
import { alternativesOf } from './visit.ts';

/** A schema as one would declare it in TypeScript, meanings and bounds as comments. */
export function typeText(schema: JsonSchema, indent = ''): string {
  if (schema['x-date']) return 'Date';
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const alternatives = alternativesOf(schema);
  if (alternatives.length > 0) return unionText(alternatives, indent);
  if (schema.type === 'array') return arrayText(typeText(schema.items ?? {}, indent));
  if (schema.type === 'object') return objectText(schema, indent);
  if (typeof schema.type === 'string') return schema.type === 'integer' ? 'number' : schema.type;
  return schema.type?.join(' | ') ?? 'unknown';
}

function unionText(alternatives: readonly JsonSchema[], indent: string): string {
  const texts = alternatives.map((each) => typeText(each, indent));
  const isLong = texts.some((text) => text.includes('\n')) && texts.length > 2;
  return isLong ? texts.map((text) => `\n${indent}| ${text}`).join('') : texts.join(' | ');
}

function arrayText(item: string): string {
  return /[ |]/.test(item) && !item.startsWith('{') ? `(${item})[]` : `${item}[]`;
}

function objectText({ properties = {}, required = [] }: JsonSchema, indent: string): string {
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([key, property]) => {
    const isOptional = !required.includes(key);
    const note = noteOf(property);
    return `${inner}${key}${isOptional ? '?' : ''}: ${typeText(property, inner)}${note && `  // ${note}`}`;
  });
  if (lines.length === 0) return '{}';
  return `{\n${lines.join('\n')}\n${indent}}`;
}

function noteOf(schema: JsonSchema): string {
  const inner = alternativesOf(schema).find(({ type }) => type !== 'null') ?? schema;
  const meaning = schema.description ?? '';
  const fallback = schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`;
  return [boundsOf(inner), fallback, meaning].filter(Boolean).join(' · ');
}

function boundsOf(schema: JsonSchema): string {
  if (schema.format === 'uuid') return 'UUID';
  if (schema.pattern === '^[0-9a-f]{24}$') return 'id';
  if (schema.type === 'string') return range(schema.minLength, schema.maxLength, ' characters');
  if (schema.type === 'integer' || schema.type === 'number') return range(schema.minimum, schema.maximum, '');
  return '';
}

function range(min: number | undefined, max: number | undefined, unit: string): string {
  const hasMax = max !== undefined && max < Number.MAX_SAFE_INTEGER;
  if (hasMax) return `${min ?? 0}–${max}${unit}`;
  return min === undefined ? '' : `≥ ${min}${unit}`;
}
