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
    external: ['@trpc/server', 'ws', 'node:crypto', 'node:events', 'node:http', 'node:stream'],
  },
  { folder: 'server', workspace: ['@whisper/shared', '@whisper/embedded-mongo', '@whisper/trpc-socket'] },
  { folder: 'clients/sdk', workspace: ['@whisper/shared'], readsServerTypes: true },
  { folder: 'clients/react', workspace: ['@whisper/shared', '@whisper/client'], readsServerTypes: true },
  { folder: 'clients/cli', workspace: ['@whisper/shared', '@whisper/client'], readsServerTypes: true },
  {
    folder: 'clients/web',
    workspace: ['@whisper/shared', '@whisper/client', '@whisper/react'],
    readsServerTypes: true,
  },
  { folder: 'clients/panel', workspace: ['@whisper/shared', '@whisper/client'], readsServerTypes: true },
  {
    folder: 'clients/expo',
    workspace: ['@whisper/shared', '@whisper/client', '@whisper/react'],
    readsServerTypes: true,
  },
  // Compiled outside the workspace, as whoever installs the packages does.
  { folder: 'examples', workspace: ['@whisper/client', '@whisper/react'] },
  {
    folder: 'scripts/outside',
    workspace: ['@whisper/shared', '@whisper/client', '@whisper/react'],
    readsServerTypes: true,
  },
  { folder: 'scripts', workspace: [] },
];

/**
 * The rooms of each source folder, lowest first: a room, a folder or a single file, imports itself and what stands before
 * it; rooms of one level import nothing of each other. Files that are named nowhere compose the rooms: they see
 * everything, and no room sees them. `hidden`: lower rooms that a room must not import all the same. `open`: rooms that
 * import anything, and that no other imports.
 */
export const lines = {
  'server/src': {
    levels: [
      'platform',
      ['http', 'nodes', 'words'],
      'identity',
      'delivery',
      'trpc.ts',
      'users',
      'chats',
      'files',
      ['messages', 'typing', 'presence', 'migrations'],
      'moderation',
      'push',
      'own-data',
      'router.ts',
      'wires',
    ],
    hidden: {
      wires: ['users', 'chats', 'files', 'messages', 'typing', 'presence', 'moderation', 'push', 'own-data'],
    },
    open: ['testing'],
  },
  'server/src/messages': { levels: ['log', ['deps.ts', 'cut-page.ts'], ['streams', 'search']] },
  'server/embedded-mongo/src': {
    levels: [
      'errors.ts',
      'pace',
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
    ],
  },
};

const isTest = (file) => /\.(test|contract)\.tsx?$|(^|\/)(test|bench|verify|fuzz)\//.test(file);
const isInside = (file, folder) => file.startsWith(`${folder}/`);
const packageOf = (file) => packages.find(({ folder }) => isInside(file, folder));
/** The folder, or the single file, that a file belongs to below `folder`. */
export const roomOf = (file, folder) => file.slice(folder.length + 1).split('/')[0];
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

function findRoomBreach({ from, target }) {
  if (!target || isTest(from)) return undefined;
  for (const [folder, line] of Object.entries(lines)) {
    const message =
      isInside(from, folder) && isInside(target, folder) && findLineBreach(folder, line, { from, target });
    if (message) return message;
  }
  return undefined;
}

function findLineBreach(folder, { levels, hidden = {}, open = [] }, { from, target }) {
  const [room, targetRoom] = [from, target].map((file) => roomOf(file, folder));
  const isComposition = from === `${folder}/${room}` && !levels.flat().includes(room);
  if (isComposition || room === targetRoom || open.includes(room)) return undefined;
  const levelOf = (name) => levels.findIndex((level) => [level].flat().includes(name));
  if (levelOf(room) === -1)
    return `The room ${room} has no place yet: give it one in scripts/import-walls.mjs.`;
  const isBelow = levelOf(targetRoom) !== -1 && levelOf(targetRoom) < levelOf(room);
  if (isBelow && !hidden[room]?.includes(targetRoom)) return undefined;
  return `${room} must not import ${target.slice(folder.length + 1)}: rooms import downwards only.`;
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
    rooms: ruleFrom(findRoomBreach),
    models: ruleFrom(findModelBreach),
    packages: ruleFrom(findPackageBreach),
  },
};
