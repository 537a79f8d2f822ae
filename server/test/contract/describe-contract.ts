import {
  LegacyErrorSchema,
  LegacyMessageSchema,
  LegacySendSchema,
  LegacyTypingSchema,
} from '@whisper/shared/legacy';
import type { AnyTRPCRouter } from '@trpc/server';
import { z, type ZodType } from 'zod';
import { endpoints } from '../../src/wires/rest/endpoints.ts';
import { describeRouter, type JsonSchema, type ProcedureKind } from '../../src/wires/trpc/describe-router.ts';

/** What one call, endpoint or event takes and gives. `gives` is null where nothing is read of the answer. */
export type Entry = {
  readonly kind: ProcedureKind | 'rest' | 'event';
  readonly takes: JsonSchema | null;
  /** It may be called without any input. */
  readonly isInputOptional?: boolean;
  readonly gives: JsonSchema | null;
};

/** Everything clients of one release rely on, by the name they call it. */
export type Contract = Readonly<Record<string, Entry>>;

/** The contract of these sources, both wires. */
export function describeContract(router: AnyTRPCRouter): Contract {
  const procedures = describeRouter(router).procedures.map(({ path, kind, input, output, event }) => [
    path,
    { kind, takes: input, isInputOptional: isInputOptional(router, path), gives: output ?? event },
  ]);
  return withoutWords({ ...Object.fromEntries(procedures), ...describeRest(), ...describeSocketIo() });
}

/** JSON Schema does not tell an object that may be left out from one that may not. */
function isInputOptional(router: AnyTRPCRouter, path: string): boolean {
  const { inputs } = InputsSchema.parse(Reflect.get(Object(router._def.procedures[path]), '_def'));
  return inputs.every((schema) => schema.safeParse(undefined).success);
}

const InputsSchema = z.object({ inputs: z.array(z.custom<ZodType>((value) => value instanceof z.ZodType)) });

function describeRest(): Contract {
  const entries = endpoints.map(({ method, path, query, answer }) => [
    `${method.toUpperCase()} ${path}`,
    { kind: 'rest', takes: query ? taken(query) : null, gives: given(answer) },
  ]);
  return Object.fromEntries(entries);
}

/** The rest of what the old socket says has no schema: `wires/socketio` tests it by its words. */
function describeSocketIo(): Contract {
  const event = (takes: JsonSchema | null, gives: JsonSchema | null): Entry => ({
    kind: 'event',
    takes,
    gives,
  });
  return {
    'socket send-message': event(taken(LegacySendSchema), null),
    'socket typing': event(taken(LegacyTypingSchema), null),
    'socket new-message': event(null, given(LegacyMessageSchema)),
    'socket socket-error': event(null, given(LegacyErrorSchema)),
  };
}

const taken = (schema: ZodType) =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
const given = (schema: ZodType) =>
  z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) as JsonSchema;

/** What is said of a field may be said better at any time. */
function withoutWords(contract: Contract): Contract {
  return JSON.parse(
    JSON.stringify(contract, (key, value: unknown) =>
      (key === 'description' || key === '$schema') && typeof value === 'string' ? undefined : value,
    ),
  );
}
