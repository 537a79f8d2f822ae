import type { AnyTRPCRouter } from '@trpc/server';
import { z, type ZodType } from 'zod';
import { eventSchemaOf } from '../../trpc.ts';

/** JSON Schema as zod writes it here: nothing is a bare `true`, and only a recursive schema has a `$ref`. */
export type JsonSchema = {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  /** A string that is a Date on both sides of the wire, unlike a `date-time` that is a string to the caller. */
  readonly 'x-date'?: true;
};

export type ProcedureKind = 'query' | 'mutation' | 'subscription';

export type ProcedureDescription = {
  /** As a client calls it: `message.send`. */
  readonly path: string;
  readonly kind: ProcedureKind;
  readonly docs: string;
  readonly input: JsonSchema | null;
  /** What a call answers; null for nothing, and for a subscription. */
  readonly output: JsonSchema | null;
  /** What a subscription's events look like; null for a call. */
  readonly event: JsonSchema | null;
};

export type RouterDescription = { readonly procedures: readonly ProcedureDescription[] };

/** Everything a client may call, read from the router itself, in the router's order. */
export function describeRouter(router: AnyTRPCRouter): RouterDescription {
  const procedures = Object.entries(router._def.procedures).map(([path, procedure]) =>
    describeProcedure(path, Reflect.get(Object(procedure), '_def')),
  );
  return { procedures };
}

function describeProcedure(path: string, definition: unknown): ProcedureDescription {
  const { type, meta, inputs, output } = DefinitionSchema.parse(definition);
  const [input] = inputs;
  const events = output && eventSchemaOf(output);
  return {
    path,
    kind: type,
    docs: meta?.docs ?? '',
    input: input ? toJsonSchema(input, 'input') : null,
    output: output && type !== 'subscription' && !isNothing(output) ? toJsonSchema(output, 'output') : null,
    event: events ? toJsonSchema(events, 'output') : null,
  };
}

const zodType = z.custom<ZodType>((value) => value instanceof z.ZodType);

/** What is read of a procedure's `_def`, which tRPC does not type for a router it knows nothing of. */
const DefinitionSchema = z.object({
  type: z.enum(['query', 'mutation', 'subscription']),
  meta: z.object({ docs: z.string() }).optional(),
  inputs: z.array(zodType).max(1),
  output: zodType.optional(),
});

function toJsonSchema(schema: ZodType, io: 'input' | 'output'): JsonSchema {
  const made = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      if (zodSchema._zod.def.type !== 'date') return;
      Object.assign(jsonSchema, { type: 'string', format: 'date-time', 'x-date': true });
    },
  });
  return made as JsonSchema;
}

function isNothing(schema: ZodType): boolean {
  return schema instanceof z.ZodVoid || schema instanceof z.ZodUndefined;
}
