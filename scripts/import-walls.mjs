// The import walls of docs/ARCHITECTURE.md as oxlint rules. Cycles inside a package are import/no-cycle's part;
// between packages the table below allows none.
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** What each package may import by name. Nested folders come before the folder they are in. */
const packages = [
  { folder: 'shared', workspace: [], external: ['zod', 'superjson'] },
  { folder: 'server/embedded-mongo', workspace: [] },
  {
    folder: 'server/trpc-socket',
    workspace: ['@whisper/trpc-socket'],
    external: ['@trpc/server', 'ws', 'node:crypto', 'node:http', 'node:stream'],
  },
  { folder: 'server', workspace: ['@whisper/shared', '@whisper/embedded-mongo', '@whisper/trpc-socket'] },
  { folder: 'clients/sdk', workspace: ['@whisper/shared'], readsServerTypes: true },
  { folder: 'clients/cli', workspace: ['@whisper/shared', '@whisper/client'], readsServerTypes: true },
  { folder: 'clients/web', workspace: ['@whisper/shared', '@whisper/client'], readsServerTypes: true },
  { folder: 'clients/panel', workspace: ['@whisper/shared', '@whisper/client'], readsServerTypes: true },
  { folder: 'scripts', workspace: [] },
];

const line = ['platform', 'realtime', 'trpc', 'users', 'auth', 'chats', 'messages'];
const under = (room) => line.slice(0, line.indexOf(room));
const overProcedures = ['platform', 'realtime', 'trpc', 'auth/authenticate.ts', 'router.ts'];

/** What each room of server/src may import besides itself: whole rooms, or single files. */
const rooms = {
  ...Object.fromEntries(line.map((room) => [room, under(room)])),
  typing: under('messages'),
  presence: under('messages'),
  compat: overProcedures,
  panel: overProcedures,
  web: ['platform'],
  testing: ['*'],
};

/** The rooms of server/embedded-mongo/src, lowest first: each imports itself and the ones before it. */
const storeLine = [
  'errors.ts',
  'bson',
  'expressions',
  'query',
  'storage',
  'plan',
  'update',
  'aggregate',
  'engine',
  'commands',
  'wire',
  'launch',
  'tools',
];

const isTest = (file) => /\.(test|contract)\.tsx?$|(^|\/)(test|bench|verify)\//.test(file);
const isInside = (file, folder) => file.startsWith(`${folder}/`);
const packageOf = (file) => packages.find(({ folder }) => isInside(file, folder));
const roomOf = (file) => /^server\/src\/([^/]+)\//.exec(file)?.[1];
const storePlaceOf = (file) => /^server\/embedded-mongo\/src\/(.+)$/.exec(file)?.[1];
const packageName = (specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

/** An import as the rules see it; `target` is the imported file, from the root, when the specifier is relative. */
function describeImport(context, node) {
  const from = relative(root, context.filename).split(sep).join('/');
  const specifier = node.source?.value;
  if (typeof specifier !== 'string') return undefined;
  const isType = node.type === 'TSImportType' || (node.importKind ?? node.exportKind) === 'type';
  const isRelative = specifier.startsWith('.');
  const target =
    isRelative &&
    relative(root, resolve(dirname(context.filename), specifier))
      .split(sep)
      .join('/');
  return { from, specifier, isType, target };
}

function findRoomBreach({ from, target, isType }) {
  const room = roomOf(from);
  if (!room || !target || isTest(from)) return undefined;
  const allowed = rooms[room];
  if (!allowed) return `The room ${room} has no place yet: give it one in scripts/import-walls.mjs.`;
  const place = target.replace('server/src/', '');
  const isAllowed = allowed.some((each) => each === '*' || each === place || isInside(place, each));
  if (isInside(place, room) || isAllowed || (isType && place === 'app-context.ts')) return undefined;
  return `${room} must not import ${place}: rooms import downwards only.`;
}

function findStoreBreach({ from, target }) {
  const [place, targetPlace] = [from, target || ''].map(storePlaceOf);
  const room = place?.split('/')[0];
  if (!room || !targetPlace || isTest(from) || (!place.includes('/') && room !== 'errors.ts'))
    return undefined;
  const at = storeLine.indexOf(room);
  if (at < 0) return `The room ${room} has no place yet: give it one in scripts/import-walls.mjs.`;
  const targetAt = storeLine.indexOf(targetPlace.split('/')[0]);
  if (targetAt >= 0 && targetAt <= at) return undefined;
  return `${room} must not import ${targetPlace}: rooms import downwards only.`;
}

function findModelBreach({ from, target }) {
  if (!target || !/\.model(\.\w+)?$/.test(target) || dirname(from) === dirname(target)) return undefined;
  return `${target} is private to its folder: call a verb of that room instead.`;
}

function findPackageBreach({ from, specifier, target, isType }) {
  const owner = packageOf(from);
  if (!owner) return undefined;
  if (target)
    return packageOf(target) === owner ? undefined : `Import another package by its name, not ${specifier}.`;
  if (owner.workspace.includes(packageName(specifier))) return undefined;
  if (owner.readsServerTypes && specifier === '@whisper/server' && isType) return undefined;
  if (owner.readsServerTypes && /^@whisper\/server\/testing(\/|$)/.test(specifier) && isTest(from))
    return undefined;
  if (specifier.startsWith('@whisper/')) return `${owner.folder} must not import ${specifier}.`;
  if (!owner.external || owner.external.includes(packageName(specifier)) || isTest(from)) return undefined;
  return `${owner.folder} must import nothing but ${owner.external.join(' and ')}.`;
}

const ruleFrom = (findBreach) => ({
  create(context) {
    const check = (node) => {
      const found = describeImport(context, node);
      const message = found && findBreach(found);
      if (message) context.report({ node: node.source, message });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
    };
  },
});

export default {
  meta: { name: 'walls' },
  rules: {
    rooms: ruleFrom((found) => findRoomBreach(found) ?? findStoreBreach(found)),
    models: ruleFrom(findModelBreach),
    packages: ruleFrom(findPackageBreach),
  },
};
