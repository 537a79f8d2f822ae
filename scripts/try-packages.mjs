// `npm run packages:try` proves the packages as somebody meets them who has no workspace: packs them, installs the tarballs
// into an empty project, compiles against them, runs the examples on a server, bundles for a browser, and asks publint
// and attw. Needs the registry. Prints what it measured; ends with 1 when anything is not as it should be.
import { execFile, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { readWorkspace } from './pack.mjs';
import { ofWeb, talkInBrowser } from './talk-in-browser.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const run = promisify(execFile);
const usualUrl = 'http://127.0.0.1:3000';

/** Not of the workspace: what only somebody outside of it uses. */
const outsideVersions = {
  ts59: 'npm:typescript@5.9.3',
  ts7: 'npm:typescript@7.0.2',
  '@trpc/tanstack-react-query': '11.22.1',
  '@tanstack/react-query': '5.108.0',
};
/** What a client must never bring along. */
const serverOnly = ['mongoose', '@clerk/backend', 'pino', 'prom-client', 'express', 'lmdb', '@types/node'];
const fromCatalog = [
  '@trpc/client',
  '@trpc/server',
  '@types/react',
  '@types/react-dom',
  'eventsource',
  'react',
  'react-dom',
  'socket.io-client',
  'superjson',
  'zod',
];
/** In a project of their own: an application that has not moved on. */
const react18 = {
  react: '18.3.1',
  'react-dom': '18.3.1',
  '@types/react': '18.3.31',
  '@types/react-dom': '18.3.7',
};
const checkers = { publint: 'publint@0.3.25', attw: '@arethetypeswrong/cli@0.18.5' };

/** What each program prints when all is well. */
const expectedOutputs = {
  'plain-client': 'alice: hello\n',
  sdk: 'carol: hello\ndave: hello to you\n',
  'server-sent-events': 'alice: hello\n',
  'socket-io': 'bob hears: hello\n',
  'react-query': 'alice, here since a Date\n',
};

const failures = [];
function check(what, isRight, detail = '') {
  console.log(`${isRight ? 'ok  ' : 'FAIL'}  ${what}${isRight ? '' : `\n${detail}`}`);
  if (!isRight) failures.push(what);
}

/** The exit code, the output, and how long it took. */
async function timed(command, args, options) {
  const start = performance.now();
  const result = await run(command, args, { maxBuffer: 1e8, ...options }).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    ({ code, stdout, stderr, message }) => ({
      code: code ?? 1,
      output: `${stdout}${stderr}` || message,
    }),
  );
  return { ...result, seconds: ((performance.now() - start) / 1000).toFixed(1) };
}

async function install(project, { tarballs, versions }) {
  const dependencies = {
    ...versions,
    ...Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`])),
  };
  mkdirSync(project);
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ private: true, type: 'module', dependencies }),
  );
  // The peers of @trpc/tanstack-react-query are pinned to its own, older version.
  const args = ['install', '--no-audit', '--no-fund', '--legacy-peer-deps'];
  const { code, output, seconds } = await timed('npm', args, { cwd: project });
  check(`npm installs the tarballs with React ${versions.react} (${seconds} s)`, code === 0, output);
  const modules = join(project, 'node_modules');
  const ofServer = serverOnly.filter((name) => existsSync(join(modules, name)));
  check('nothing of the server is installed with the client', ofServer.length === 0, ofServer.join(', '));
}

const resolutions = [
  { module: 'NodeNext', moduleResolution: 'NodeNext' },
  { module: 'ESNext', moduleResolution: 'bundler' },
];

/** `skipLibCheck` off, `types` empty: only what the packages bring themselves, and all of it checked. */
async function compile(project, { typescript, resolution, files, options = [] }) {
  const compilerOptions = {
    target: 'ES2022',
    ...resolution,
    types: [],
    strict: true,
    jsx: 'react-jsx',
    skipLibCheck: false,
    declaration: true,
    outDir: 'out',
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  return timed(process.execPath, [`node_modules/${typescript}/bin/tsc`, '-p', '.', ...options], {
    cwd: project,
  });
}

function copySources(project, folder) {
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.ts'));
  for (const name of names) cpSync(join(root, folder, name), join(project, name));
  return names;
}

function copyReact(project) {
  cpSync(join(root, 'examples/react/main.tsx'), join(project, 'react.tsx'));
  cpSync(join(root, 'scripts/outside/check-react.tsx'), join(project, 'check-react.tsx'));
  return ['react.tsx', 'check-react.tsx'];
}

async function compileAll(project) {
  const files = [...copySources(project, 'examples'), ...copySources(project, 'scripts/outside')];
  const withReact = copyReact(project);
  writeFileSync(
    join(project, 'baseline.ts'),
    "import '@trpc/client'; import '@trpc/server'; import 'zod'; import 'superjson';\n",
  );
  for (const typescript of ['ts59', 'ts7']) {
    for (const resolution of resolutions) {
      const options = { typescript, resolution };
      const how = `${outsideVersions[typescript].slice(4)}, ${resolution.moduleResolution}`;
      const baseline = await compile(project, { ...options, files: ['baseline.ts'] });
      const client = await compile(project, { ...options, files: ['check.ts'] });
      const listed = await compile(project, {
        ...options,
        files: ['check.ts'],
        options: ['--listFilesOnly'],
      });
      const hooks = await compile(project, { ...options, files: withReact });
      const all = await compile(project, { ...options, files: [...files, ...withReact] });
      check(`a client compiles with ${how} (${client.seconds} s)`, client.code === 0, client.output);
      check('it reads nothing of zod', listed.code === 0 && !/\/zod\//.test(listed.output), listed.output);
      check(`the hooks compile with ${how} (${hooks.seconds} s)`, hooks.code === 0, hooks.output);
      check(`the examples compile with ${how} (${all.seconds} s)`, all.code === 0, all.output);
      console.log(`      tRPC, zod and superjson alone: ${baseline.seconds} s`);
    }
  }
}

/** The hooks alone, as an application with the other React compiles them. */
async function compileHooks(project) {
  const files = copyReact(project);
  for (const typescript of ['ts59', 'ts7']) {
    for (const resolution of resolutions) {
      const { code, output, seconds } = await compile(project, { typescript, resolution, files });
      const how = `React 18, ${outsideVersions[typescript].slice(4)}, ${resolution.moduleResolution}`;
      check(`the hooks compile with ${how} (${seconds} s)`, code === 0, output);
    }
  }
}

/** Starts the built server on any port, with an empty store; the address is in what it prints. */
async function startServer(dataDir) {
  const server = spawn(process.execPath, [join(root, 'server/dist/main.js')], {
    env: { PATH: process.env.PATH, PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: server.stdout })) {
    const url = /Whisper\s+(http\S+)/.exec(line)?.[1];
    if (url) return { url, close: () => server.kill('SIGTERM') };
  }
  throw new Error('The server ended before it was ready');
}

async function runPrograms(project, url) {
  for (const [name, expected] of Object.entries(expectedOutputs)) {
    const file = join(project, 'out', `${name}.js`);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(usualUrl, url));
    const { output, seconds } = await timed(process.execPath, [file], { cwd: project, timeout: 30_000 });
    check(`${name} runs (${seconds} s)`, output === expected, output);
  }
}

async function bundle(project, { entry, external = [] }) {
  const { build } = await ofWeb('vite');
  const [{ output }] = await build({
    root: project,
    configFile: false,
    logLevel: 'silent',
    build: { write: false, lib: { entry, formats: ['es'] }, minify: true, rolldownOptions: { external } },
  });
  const [{ code, imports }] = output;
  const found = /mongoose|@clerk|prom-client|pino|express|node:[a-z]+\b/.exec(code);
  const others = imports.filter((name) => !external.includes(name));
  const size = `${Math.ceil(code.length / 1024)} kB, ${Math.ceil(gzipSync(code).length / 1024)} kB gzipped`;
  check(`${entry} bundles for a browser (${size})`, !found && others.length === 0, String(found ?? others));
}

async function tryReact(project, version) {
  const said = await talkInBrowser(project, { startServer, usualUrl }).catch(String);
  check(`two people talk in the example with React ${version}`, said === undefined, said);
}

async function askCheckers(tarballs) {
  const commands = [
    [checkers.publint, '--strict'],
    [checkers.attw, '--profile', 'esm-only', '--no-emoji', '--no-color'],
  ];
  for (const { name, file } of tarballs) {
    for (const [checker, ...options] of commands) {
      const { code, output } = await timed('npx', ['--yes', checker, file, ...options], {
        cwd: dirname(file),
      });
      check(`${checker} of ${name}`, code === 0, output);
    }
  }
}

const work = mkdtempSync(join(tmpdir(), 'whisper-outside-'));
const project = join(work, 'project');
try {
  await run(process.execPath, [join(root, 'scripts/pack.mjs'), join(work, 'tarballs')]);
  const tarballs = readdirSync(join(work, 'tarballs')).map((file) => ({
    name: `@${file.replace(/-\d.*/, '').replace('-', '/')}`,
    file: join(work, 'tarballs', file),
  }));
  const forClients = ['@whisper/client', '@whisper/react', '@whisper/server', '@whisper/shared'];
  const ofClients = tarballs.filter(({ name }) => forClients.includes(name));
  const { catalog } = readWorkspace();
  const known = Object.fromEntries(fromCatalog.map((name) => [name, catalog.get(name)]));
  await install(project, { tarballs: ofClients, versions: { ...known, ...outsideVersions } });
  await compileAll(project);
  const server = await startServer(join(work, 'data'));
  try {
    await runPrograms(project, server.url);
  } finally {
    server.close();
  }
  await bundle(project, { entry: 'browser.ts' });
  await bundle(project, { entry: 'browser-react.ts', external: ['react', 'react/jsx-runtime'] });
  await tryReact(project, known.react);
  const { ts59, ts7 } = outsideVersions;
  const older = join(work, 'older');
  await install(older, { tarballs: ofClients, versions: { ts59, ts7, ...react18 } });
  await compileHooks(older);
  await tryReact(older, react18.react);
  await askCheckers(tarballs);
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = failures.length === 0 ? 0 : 1;
