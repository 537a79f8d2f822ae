import { describe, expect, it } from 'vitest';
import type { JsonSchema } from '../api/description.ts';
import { exampleOf } from './example.ts';
import { toFormSchema } from './form-schema.ts';
import { toWire } from './to-wire.ts';
import { typeText } from './type-text.ts';

const date: JsonSchema = { type: 'string', format: 'date-time', 'x-date': true };
const event: JsonSchema = {
  oneOf: [
    {
      type: 'object',
      required: ['type', 'at'],
      properties: { type: { type: 'string', const: 'made' }, at: date },
    },
    { type: 'object', required: ['type'], properties: { type: { type: 'string', const: 'gone' } } },
  ],
};

describe('what is sent', () => {
  it('has a Date wherever the schema says so, also inside lists and alternatives', () => {
    const schema: JsonSchema = { type: 'object', properties: { events: { type: 'array', items: event } } };
    const at = '2026-03-01T12:00:00.000Z';

    expect(toWire(schema, { events: [{ type: 'made', at }, { type: 'gone' }] })).toEqual({
      events: [{ type: 'made', at: new Date(at) }, { type: 'gone' }],
    });
  });

  it('leaves alone what only looks like a date, and what is none', () => {
    const schema: JsonSchema = {
      type: 'object',
      properties: { text: { type: 'string', format: 'date-time' }, day: date },
    };

    expect(toWire(schema, { text: '2026-03-01T12:00:00Z', day: 'soon', other: 1, empty: undefined })).toEqual(
      {
        text: '2026-03-01T12:00:00Z',
        day: 'soon',
        other: 1,
      },
    );
  });
});

describe('an example', () => {
  it('has what is required and the defaults of the rest', () => {
    const schema: JsonSchema = {
      type: 'object',
      required: ['chatId', 'text', 'clientId', 'kind', 'size', 'nickname'],
      properties: {
        chatId: { type: 'string' },
        text: { type: 'string' },
        clientId: { type: 'string', format: 'uuid' },
        kind: { type: 'string', enum: ['a', 'b'] },
        size: { type: 'integer', minimum: 1 },
        nickname: { type: ['string', 'null'] },
        limit: { type: 'integer', default: 50 },
        cursor: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      },
    };

    expect(exampleOf(schema, { chatId: 'c1' })).toEqual({
      chatId: 'c1',
      text: expect.stringMatching(/./),
      clientId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      kind: 'a',
      size: 1,
      nickname: null,
      limit: 50,
    });
  });
});

describe('the form', () => {
  it('offers null only where leaving a field empty would not do', () => {
    const nullable: JsonSchema = { anyOf: [{ type: 'string' }, { type: 'null' }], description: 'A name.' };

    const form = toFormSchema({
      type: 'object',
      required: ['needed'],
      properties: { needed: nullable, free: nullable },
    });

    expect(form.properties).toEqual({
      needed: {
        description: 'A name.',
        anyOf: [
          { type: 'string', title: 'string' },
          { type: 'null', title: 'null' },
        ],
      },
      free: { type: 'string', description: 'A name.' },
    });
  });
});

describe('a type', () => {
  it('reads like TypeScript, with bounds and meanings beside it', () => {
    const schema: JsonSchema = {
      type: 'object',
      required: ['id', 'at'],
      properties: {
        id: { type: 'string', pattern: '^[0-9a-f]{24}$' },
        at: date,
        text: { type: 'string', minLength: 1, maxLength: 8, description: 'What was said.' },
        tags: { type: 'array', items: { type: ['string', 'null'] } },
        limit: { type: 'integer', minimum: 1, maximum: 50, default: 50 },
        of: { type: 'object', properties: {} },
      },
    };

    expect(typeText(schema).split('\n')).toEqual([
      '{',
      '  id: string  // id',
      '  at: Date',
      '  text?: string  // 1–8 characters · What was said.',
      '  tags?: (string | null)[]',
      '  limit?: number  // 1–50 · default 50',
      '  of?: {}',
      '}',
    ]);
    expect(typeText(event)).toBe('{\n  type: "made"\n  at: Date\n} | {\n  type: "gone"\n}');
  });
});
