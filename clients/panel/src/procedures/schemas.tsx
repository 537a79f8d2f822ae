import type { JsonSchema, ProcedureDescription } from '../api/description.ts';
import { typeText } from '../schema/type-text.ts';
import { Code } from '../ui/code.tsx';
import { Tabs } from '../ui/tabs.tsx';

/** What goes in and what comes out, as TypeScript and as JSON Schema. */
export function Schemas({ procedure }: { readonly procedure: ProcedureDescription }) {
  const { input, output, event } = procedure;
  const parts = [
    { name: 'Input', schema: input },
    ...(event ? [{ name: 'Event', schema: event }] : [{ name: 'Output', schema: output }]),
  ];
  return (
    <Tabs
      label="Types"
      tabs={[
        ...parts.map(({ name, schema }) => ({
          name,
          content: () => <Code label={`${name} type`} text={schema ? typeText(schema) : 'nothing'} />,
        })),
        { name: 'JSON Schema', content: () => <Code label="JSON Schema" text={jsonSchemas(parts)} /> },
      ]}
    />
  );
}

function jsonSchemas(
  parts: readonly { readonly name: string; readonly schema: JsonSchema | null }[],
): string {
  return JSON.stringify(
    Object.fromEntries(parts.map(({ name, schema }) => [name.toLowerCase(), schema])),
    null,
    2,
  );
}
