import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Files that use every import the walls allow. */
const allowed = {
  'shared/src/schemas.ts': "import { z } from 'zod';\nexport const NameSchema = z.string();\n",
  'shared/src/schemas.test.ts': "import { sep } from 'node:path';\nexport const separator = sep;\n",
  'server/src/platform/env.ts': 'export const port = process.env.PORT;\n',
  'server/src/delivery/broker.ts':
    "import { port } from '../platform/env.ts';\nexport type Broker = { port: string };\nexport const broker = { port };\n",
  'server/src/context.ts':
    "import { broker } from './delivery/broker.ts';\nimport { send } from './messages/send.ts';\nexport const context = { broker, send };\n",
  'server/src/trpc.ts': "import { port } from './platform/env.ts';\nexport const procedure = port;\n",
  'server/src/chats/chat.model.ts': "export const chatModel = 'chat';\n",
  'server/src/chats/open-chat.ts':
    "import { procedure } from '../trpc.ts';\nimport { chatModel } from './chat.model.ts';\nexport const openChat = [procedure, chatModel];\n",
  'server/src/messages/log/writer.ts': "export const writer = 'writer';\n",
  'server/src/messages/streams/watch.ts':
    "import { writer } from '../log/writer.ts';\nexport const watch = writer;\n",
  'server/src/messages/send.ts':
    "import { openChat } from '../chats/open-chat.ts';\nimport { watch } from './streams/watch.ts';\nexport const send = [openChat, watch];\n",
  'server/src/typing/typing.ts':
    "import { openChat } from '../chats/open-chat.ts';\nexport const typing = openChat;\n",
  'server/src/chats/chat.test.ts': "import { send } from '../messages/send.ts';\nexport const sent = send;\n",
  'server/src/identity/authenticate.ts':
    "import { NameSchema } from '@whisper/shared';\nexport const authenticate = NameSchema;\n",
  'server/trpc-socket/src/index.ts': "import { createServer } from 'node:http';\nexport { createServer };\n",
  'server/trpc-socket/example/server.ts':
    "import { createServer } from '@whisper/trpc-socket';\nexport const server = createServer();\n",
  'server/src/router.ts': "import { send } from './messages/send.ts';\nexport const router = { send };\n",
  'server/src/wires/rest/rest.ts':
    "import { createServer } from '@whisper/trpc-socket';\nimport { authenticate } from '../../identity/authenticate.ts';\nimport { router } from '../../router.ts';\nexport const rest = [authenticate, router, createServer()];\n",
  'server/src/testing/start.ts': "import { context } from '../context.ts';\nexport const start = context;\n",
  'server/embedded-mongo/src/errors.ts': "export const code = 'BadValue';\n",
  'server/embedded-mongo/src/index.ts':
    "import { plan } from './plan/plan.ts';\nexport const openPlan = plan;\n",
  'server/embedded-mongo/src/plan/plan.ts':
    "import { code } from '../errors.ts';\nexport type Plan = string;\nexport const plan: Plan = code;\n",
  'server/embedded-mongo/src/engine/engine.ts':
    "import { plan } from '../plan/plan.ts';\nexport const engine = plan;\n",
  'server/embedded-mongo/src/plan/plan.test.ts':
    "import { engine } from '../engine/engine.ts';\nexport const planned = engine;\n",
  'clients/sdk/src/client.ts':
    "import type { AppRouter } from '@whisper/server';\nexport type Client = AppRouter;\n",
  'clients/sdk/src/client.test.ts':
    "import { startTestServer } from '@whisper/server/testing';\nexport const start = startTestServer;\n",
  'clients/cli/src/main.ts':
    "import { createWhisperClient } from '@whisper/client';\ncreateWhisperClient();\n",
};

const breach = (specifier: string) =>
  `import { it as planted } from '${specifier}';\nexport const it = planted;\n`;

/** One planted file for each thing the walls forbid, under the rule that must report it. */
const planted: Record<string, [rule: string, code: string]> = {
  'server/src/users/cycle-a.ts': ['import(no-cycle)', breach('./cycle-b.ts')],
  'server/src/users/cycle-b.ts': ['import(no-cycle)', breach('./cycle-a.ts')],
  'server/src/users/type-cycle-a.ts': [
    'import(no-cycle)',
    "import type { B } from './type-cycle-b.ts';\nexport type A = { b: B };\n",
  ],
  'server/src/users/type-cycle-b.ts': [
    'import(no-cycle)',
    "import type { A } from './type-cycle-a.ts';\nexport type B = { a: A };\n",
  ],
  'shared/src/type-cycle-a.ts': [
    'import(no-cycle)',
    "import type { B } from './type-cycle-b.ts';\nexport type A = { b: B };\n",
  ],
  'shared/src/type-cycle-b.ts': [
    'import(no-cycle)',
    "import type { A } from './type-cycle-a.ts';\nexport type B = { a: A };\n",
  ],
  'server/src/platform/upwards.ts': ['walls(rooms)', breach('../delivery/broker.ts')],
  'server/src/platform/upwards-type.ts': [
    'walls(rooms)',
    "import type { Broker } from '../delivery/broker.ts';\nexport type Upwards = Broker;\n",
  ],
  'server/src/users/reexport.ts': ['walls(rooms)', "export * from '../chats/open-chat.ts';\n"],
  'server/src/chats/dynamic.ts': ['walls(rooms)', "export const later = import('../messages/send.ts');\n"],
  'server/src/messages/sideways.ts': ['walls(rooms)', breach('../typing/typing.ts')],
  'server/src/typing/sideways.ts': ['walls(rooms)', breach('../messages/send.ts')],
  'server/src/presence/sideways.ts': ['walls(rooms)', breach('../typing/typing.ts')],
  'server/src/identity/to-the-top.ts': ['walls(rooms)', breach('../router.ts')],
  'server/src/users/context.ts': ['walls(rooms)', breach('../context.ts')],
  'server/src/users/context-type.ts': [
    'walls(rooms)',
    "import type { context } from '../context.ts';\nexport type Context = typeof context;\n",
  ],
  'server/src/messages/log/upwards.ts': ['walls(rooms)', breach('../streams/watch.ts')],
  'server/src/messages/log/to-a-verb.ts': ['walls(rooms)', breach('../send.ts')],
  'server/src/wires/testing.ts': ['walls(rooms)', breach('../testing/start.ts')],
  'server/src/wires/rest/feature.ts': ['walls(rooms)', breach('../../chats/open-chat.ts')],
  'server/src/http/wire.ts': ['walls(rooms)', breach('../wires/rest/rest.ts')],
  'server/src/attic/unplaced.ts': ['walls(rooms)', breach('../platform/env.ts')],
  'server/embedded-mongo/src/plan/upwards.ts': ['walls(rooms)', breach('../engine/engine.ts')],
  'server/embedded-mongo/src/query/upwards-type.ts': [
    'walls(rooms)',
    "import type { Plan } from '../plan/plan.ts';\nexport type Upwards = Plan;\n",
  ],
  'server/embedded-mongo/src/engine/to-the-top.ts': ['walls(rooms)', breach('../index.ts')],
  'server/embedded-mongo/src/attic/unplaced.ts': ['walls(rooms)', breach('../errors.ts')],
  'server/src/messages/model.ts': ['walls(models)', breach('../chats/chat.model.ts')],
  'server/src/messages/model.test.ts': ['walls(models)', breach('../chats/chat.model.ts')],
  'server/src/platform/settings.ts': ['node(no-process-env)', 'export const home = process.env.HOME;\n'],
  'server/src/platform/imported-env.ts': [
    'eslint(no-restricted-imports)',
    "import { env } from 'node:process';\nexport const home = env.HOME;\n",
  ],
  'clients/sdk/src/value.ts': ['walls(packages)', breach('@whisper/server')],
  'clients/sdk/src/testing.ts': ['walls(packages)', breach('@whisper/server/testing')],
  'clients/web/src/neighbour.tsx': ['walls(packages)', breach('@whisper/cli')],
  'clients/panel/src/by-path.ts': ['walls(packages)', breach('../../../shared/src/schemas.ts')],
  'shared/src/server.ts': ['walls(packages)', breach('@whisper/server')],
  'shared/src/node.ts': ['walls(packages)', breach('node:path')],
  'server/src/platform/client.ts': ['walls(packages)', breach('@whisper/client')],
  'server/embedded-mongo/src/shared.ts': ['walls(packages)', breach('@whisper/shared')],
  'server/trpc-socket/src/shared.ts': ['walls(packages)', breach('@whisper/shared')],
  'server/trpc-socket/src/schemas.ts': ['walls(packages)', breach('zod')],
  'server/trpc-socket/src/server.ts': ['walls(packages)', breach('../../src/platform/env.ts')],
  'server/embedded-mongo/src/server.ts': ['walls(packages)', breach('../../src/platform/env.ts')],
};

const configs = [
  '.oxlintrc.json',
  '.gitignore',
  'biome.json',
  'scripts/import-walls.mjs',
  'tsconfig.base.json',
  'shared/tsconfig.json',
  'server/tsconfig.json',
  'server/embedded-mongo/tsconfig.json',
  'server/trpc-socket/tsconfig.json',
  'clients/sdk/tsconfig.json',
];

async function makeWorkspace(files: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'whisper-walls-'));
  for (const name of configs) await cp(join(root, name), join(folder, name));
  await mkdir(join(folder, 'node_modules'));
  for (const name of ['.bin', 'oxlint', 'oxlint-tsgolint', '@biomejs', '@types'])
    await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name), 'junction');
  for (const [file, code] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), code);
  }
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

/** Runs the root's own lint script there. */
async function lint(folder: string): Promise<{ isClean: boolean; output: string }> {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const path = [join(folder, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  const options = { cwd: folder, shell: true, env: { ...process.env, PATH: path } };
  return new Promise((resolve) => {
    execFile(scripts.lint, [], options, (error, stdout, stderr) => {
      resolve({ isClean: error === null, output: stripVTControlCharacters(stdout + stderr) });
    });
  });
}

describe('the import walls', () => {
  it('let through every import they allow', async () => {
    await using workspace = await makeWorkspace(allowed);
    const { isClean, output } = await lint(workspace.folder);
    expect(output).toContain('0 errors');
    expect(isClean, output).toBe(true);
  });

  it('report each planted violation, and nothing else', async () => {
    const code = Object.fromEntries(Object.entries(planted).map(([file, [, text]]) => [file, text]));
    await using workspace = await makeWorkspace({ ...allowed, ...code });
    const { isClean, output } = await lint(workspace.folder);
    const reports = output.matchAll(/([\w-]+\([\w-]+\)): [\s\S]*?\[(.+?):\d+:\d+\]/g);
    const found = [...reports].map(([, rule, file]) => `${file} ${rule}`);
    const expected = Object.entries(planted).map(([file, [rule]]) => `${file} ${rule}`);
    expect(found.sort()).toEqual(expected.sort());
    expect(isClean).toBe(false);
  });
});
