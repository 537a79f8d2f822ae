import superjson from 'superjson';
import type { ProcedureDescription } from '../api/description.ts';
import { isRecord } from '../api/outcome.ts';

export type Snippet = { readonly title: string; readonly text: string };

export type SnippetRequest = {
  readonly procedure: ProcedureDescription;
  /** As it is sent: dates are Dates. */
  readonly input: unknown;
  readonly url: string;
  /** Somebody the local issuer knows, or null: then the token is left to fill in. */
  readonly name: string | null;
};

/** The same call for other places: TypeScript, a shell and, where the old wire has it, Socket.IO. */
export function snippetsFor(request: SnippetRequest): readonly Snippet[] {
  const legacy = socketIoCalls[request.procedure.path];
  return [
    { title: 'SDK', text: sdkSnippet(request) },
    { title: 'curl', text: curlSnippet(request) },
    ...(legacy ? [{ title: 'Socket.IO', text: socketIoSnippet(request, legacy) }] : []),
  ];
}

function sdkSnippet({ procedure, input, url, name }: SnippetRequest): string {
  const argument = input === undefined ? '' : toSource(input);
  const token = name === null ? "() => process.env['TOKEN'] ?? null" : `devTokens(url, ${toSource(name)})`;
  const call =
    procedure.kind === 'subscription'
      ? `whisper.api.${procedure.path}.subscribe(${argument || 'undefined'}, {\n  onData: (event) => console.log(event),\n});`
      : `console.log(await whisper.api.${procedure.path}.${procedure.kind === 'query' ? 'query' : 'mutate'}(${argument}));`;
  return [
    `import { createWhisperClient${name === null ? '' : ', devTokens'} } from '@whisper/client/node';`,
    '',
    `const url = ${toSource(url)};`,
    `const whisper = createWhisperClient({ url, getToken: ${token} });`,
    call,
  ].join('\n');
}

function curlSnippet({ procedure, input, url, name }: SnippetRequest): string {
  const body = JSON.stringify(superjson.serialize(input));
  const query = input === undefined ? '' : `?input=${encodeURIComponent(body)}`;
  const target = `${url}/trpc/${procedure.path}`;
  const auth = `-H "authorization: Bearer $TOKEN"`;
  const lines = {
    query: `curl ${auth} ${quote(target + query)}`,
    mutation: `curl ${auth} -H 'content-type: application/json' \\\n  -d ${quote(body)} ${quote(target)}`,
    subscription: `curl -N ${auth} -H 'accept: text/event-stream' \\\n  ${quote(target + query)}`,
  };
  return `${tokenLine(url, name)}\n${lines[procedure.kind]}`;
}

function tokenLine(url: string, name: string | null): string {
  if (name === null) return 'TOKEN=…   # a session token';
  const body = quote(JSON.stringify({ user: name }));
  return `TOKEN=$(curl -s -d ${body} ${quote(`${url}/dev/token`)} | cut -d '"' -f 4)`;
}

type SocketIoCall = (input: Record<string, unknown>) => string;

const listen = (event: string) => `socket.on('${event}', (event) => console.log(event));`;

const socketIoCalls: Readonly<Record<string, SocketIoCall>> = {
  'message.send': ({ chatId, text }) => `socket.emit('send-message', ${toSource({ chatId, text })});`,
  'message.onNew': () => listen('new-message'),
  'message.onEvent': () => listen('new-message'),
  'typing.set': (input) => `socket.emit('typing', ${toSource(input)});`,
  'typing.onChange': () => listen('typing'),
  'presence.list': () => listen('online-users'),
  'presence.onChange': () => ['online-users', 'user-online', 'user-offline'].map(listen).join('\n'),
};

function socketIoSnippet({ input, url }: SnippetRequest, write: SocketIoCall): string {
  return [
    "import { io } from 'socket.io-client';",
    '',
    `const socket = io(${toSource(url)}, { auth: { token: process.env['TOKEN'] } });`,
    write(isRecord(input) ? input : {}),
  ].join('\n');
}

/** A value as TypeScript: plain keys without quotes, dates as Dates. */
function toSource(value: unknown, indent = ''): string {
  if (value instanceof Date) return `new Date('${value.toISOString()}')`;
  if (typeof value === 'string')
    return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
  if (Array.isArray(value)) return `[${value.map((each) => toSource(each, indent)).join(', ')}]`;
  if (!isRecord(value)) return String(value);
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  if (entries.length === 0) return '{}';
  const inner = `${indent}  `;
  const lines = entries.map(([key, each]) => `${inner}${toKey(key)}: ${toSource(each, inner)},`);
  return `{\n${lines.join('\n')}\n${indent}}`;
}

function toKey(key: string): string {
  return /^[a-z_$][\w$]*$/i.test(key) ? key : JSON.stringify(key);
}

/** One word of a shell, whatever is in it. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
