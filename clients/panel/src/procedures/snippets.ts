import { devTokenSeconds } from '@whisper/shared';
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

/** Where the packages that a snippet imports are found, and how it runs from the root of the repository. */
const runLines = (name: string | null) => [
  '// In the repository: save it as clients/cli/try.ts, then, from its root folder, run',
  `//   ${name === null ? 'TOKEN=… ' : ''}npx tsx -C source clients/cli/try.ts`,
];

const secondsShown = 10;
const endOfShow = `// Shows what comes for ${secondsShown} seconds.`;

function sdkSnippet({ procedure, input, url, name }: SnippetRequest): string {
  const call = `whisper.api.${procedure.path}`;
  const argument = input === undefined ? '' : toSource(input);
  const calls = {
    query: [`console.log(await ${call}.query(${argument}));`],
    mutation: [`console.log(await ${call}.mutate(${argument}));`],
    subscription: [
      `${call}.subscribe(${argument || 'undefined'}, {`,
      '  onData: (event) => console.log(event),',
      '  onError: (error) => console.error(error.message),',
      '});',
      endOfShow,
      `await new Promise((resolve) => setTimeout(resolve, ${secondsShown}_000));`,
    ],
  };
  return [
    ...runLines(name),
    `import { createWhisperClient${name === null ? '' : ', devTokens'} } from '@whisper/client/node';`,
    '',
    `const url = ${toSource(url)};`,
    `const getToken = ${name === null ? "() => process.env['TOKEN'] ?? null" : `devTokens(url, ${toSource(name)})`};`,
    'using whisper = createWhisperClient({ url, getToken });',
    ...calls[procedure.kind],
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
    subscription: `${endOfShow.replace('//', '#')}\ncurl -N --max-time ${secondsShown} ${auth} -H 'accept: text/event-stream' \\\n  ${quote(target + query)}`,
  };
  return `${tokenLine(url, name)}\n${lines[procedure.kind]}`;
}

function tokenLine(url: string, name: string | null): string {
  if (name === null) return '# In a shell, anywhere.\nTOKEN=…   # a session token';
  const body = quote(JSON.stringify({ user: name }));
  return [
    `# In a shell, anywhere. The token is good for ${devTokenSeconds} seconds.`,
    `TOKEN=$(curl -s -d ${body} ${quote(`${url}/dev/token`)} | cut -d '"' -f 4)`,
  ].join('\n');
}

type SocketIoCall = (input: Record<string, unknown>) => string;

const listen = (event: string) => `socket.on('${event}', (event) => console.log(event));`;

const socketIoCalls: Readonly<Record<string, SocketIoCall>> = {
  'message.send': ({ chatId, text }) =>
    `${listen('new-message')}\nsocket.emit('send-message', ${toSource({ chatId, text })});`,
  'message.onNew': () => listen('new-message'),
  'message.onEvent': () => listen('new-message'),
  'typing.set': (input) => `socket.emit('typing', ${toSource(input)});`,
  'typing.onChange': () => listen('typing'),
  'presence.list': () => listen('online-users'),
  'presence.onChange': () => ['online-users', 'user-online', 'user-offline'].map(listen).join('\n'),
};

function socketIoSnippet({ input, url, name }: SnippetRequest, write: SocketIoCall): string {
  const token = name === null ? "process.env['TOKEN']" : `await devTokens(url, ${toSource(name)})()`;
  return [
    ...runLines(name),
    ...(name === null ? [] : ["import { devTokens } from '@whisper/client/node';"]),
    "import { io } from 'socket.io-client';",
    '',
    `const url = ${toSource(url)};`,
    `const socket = io(url, { auth: { token: ${token} } });`,
    "for (const problem of ['connect_error', 'socket-error']) socket.on(problem, ({ message }) => console.error(message));",
    write(isRecord(input) ? input : {}),
    endOfShow,
    `setTimeout(() => socket.close(), ${secondsShown}_000);`,
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
