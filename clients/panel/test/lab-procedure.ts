import type { ProcedureDescription } from '@whisper/server';

/** A procedure with everything the router's own do not have yet. */
export const labProcedure: ProcedureDescription = {
  path: 'lab.try',
  kind: 'mutation',
  docs: 'Tries the form.',
  output: null,
  event: null,
  input: {
    type: 'object',
    required: ['day', 'shape', 'nickname'],
    properties: {
      day: { type: 'string', format: 'date-time', 'x-date': true },
      shape: {
        oneOf: [
          { type: 'object', required: ['is'], properties: { is: { type: 'string', const: 'point' } } },
          {
            type: 'object',
            required: ['is', 'radius'],
            properties: { is: { type: 'string', const: 'circle' }, radius: { type: 'number' } },
          },
        ],
      },
      nickname: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      note: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      tags: { type: 'array', items: { type: 'string' } },
    },
  },
};
