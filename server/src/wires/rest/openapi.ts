import { devTokenSeconds } from '@whisper/shared';
import { LegacyErrorSchema, LegacyHealthSchema, legacySchemas } from '@whisper/shared/legacy';
import { z, type ZodType } from 'zod';
import type { Endpoint } from './endpoint.ts';

/** `origin` is where whoever asks for the document reaches the server. */
type Reader = { readonly isLocalIssuer: boolean; readonly origin: string };

/** Writes the OpenAPI 3.1 document of the endpoints and of the schemas they answer with. */
export function createDescription(endpoints: readonly Endpoint[]): (reader: Reader) => object {
  const paths = { '/health': describeHealth(), ...describePaths(endpoints) };
  const schemas = describeSchemas();
  return (reader) => ({
    openapi: '3.1.0',
    info: {
      title: 'Whisper: the old REST interface',
      version: '1.0.0',
      description: 'For existing clients. New ones call tRPC at /trpc.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { cookie: [] }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: describeToken(reader),
        },
        cookie: { type: 'apiKey', in: 'cookie', name: '__session' },
      },
    },
  });
}

function describeToken({ isLocalIssuer, origin }: Reader): string {
  if (!isLocalIssuer) return 'A Clerk session token.';
  return [
    `A session token, good for ${devTokenSeconds} s. This server gives one to anybody on its machine, by \`POST /dev/token\`:`,
    `\`\`\`sh\ncurl -s -d '{"user":"alice"}' ${origin}/dev/token\n\`\`\``,
  ].join('\n\n');
}

function describeHealth() {
  const answer = { description: 'OK', ...jsonOf(LegacyHealthSchema) };
  return {
    get: {
      operationId: 'health',
      summary: 'The server runs.',
      tags: ['health'],
      security: [],
      responses: { 200: answer },
    },
  };
}

function describePaths(endpoints: readonly Endpoint[]) {
  return Object.fromEntries(
    endpoints.map((endpoint) => [
      endpoint.path.replace(/:(\w+)/g, '{$1}'),
      { [endpoint.method]: describeOperation(endpoint) },
    ]),
  );
}

function describeOperation({ method, path, summary, answer, query, refusals }: Endpoint) {
  const refusal = (status: number) => [
    status,
    { description: reasons[status], ...jsonOf(LegacyErrorSchema) },
  ];
  return {
    operationId: `${method}${path.replace('/api', '').replace(/[/:]+(\w)/g, (_, letter) => letter.toUpperCase())}`,
    summary,
    tags: [path.split('/')[2]],
    parameters: [...describePathParameters(path), ...(query ? describeQuery(query) : [])],
    responses: {
      200: { description: 'OK', ...jsonOf(answer) },
      ...Object.fromEntries([401, ...refusals, 500, 503].map(refusal)),
    },
  };
}

const reasons: Readonly<Record<number, string>> = {
  400: 'Something in the request is malformed.',
  401: 'No session token, or one that is not good (any more).',
  404: 'There is no such thing, or it is not yours.',
  429: 'Too many requests; Retry-After says how long to wait.',
  500: 'Something went wrong.',
  503: 'Something the server needs does not answer; try again.',
};

function describePathParameters(path: string) {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', pattern: '^[0-9a-fA-F]{24}$' },
  }));
}

function describeQuery(query: ZodType) {
  const { properties = {} } = z.toJSONSchema(query, { io: 'input' });
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    ...(typeof schema === 'object' && { description: schema.description }),
    schema,
  }));
}

function describeSchemas() {
  const { schemas } = z.toJSONSchema(legacySchemas, {
    uri: refOf,
    override({ jsonSchema }) {
      // The pattern says no more than the format, in 200 characters.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _draft, $id: _uri, ...schema }]) => [id, schema]),
  );
}

function jsonOf(schema: ZodType) {
  const id = legacySchemas.get(schema)?.id;
  if (id === undefined) throw new TypeError('A schema of the REST interface has no name');
  return { content: { 'application/json': { schema: { $ref: refOf(id) } } } };
}

function refOf(id: string): string {
  return `#/components/schemas/${id}`;
}
