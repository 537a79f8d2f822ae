// `npm run packages -- DIR` builds every package that has a `publishConfig` and packs it into DIR as a tarball npm installs.
// What only a workspace needs (sources and their export condition, tests, source maps, links) stays here.
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { clientTypes } from './client-types.mjs';
import { plainTypes } from './plain-types.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const { engines } = readJson(join(root, 'package.json'));

/** The folders of pnpm-workspace.yaml, and the versions of its catalog. */
export function readWorkspace() {
  const lines = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8').split('\n');
  const patterns = lines.map((line) => /^ {2}- (\S+)$/.exec(line)?.[1]).filter(Boolean);
  const folders = patterns.flatMap((pattern) =>
    pattern.endsWith('/*')
      ? readdirSync(join(root, pattern.slice(0, -2))).map((name) => pattern.slice(0, -1) + name)
      : [pattern],
  );
  const entries = lines.map((line) => /^ {2}'?([@\w/.-]+)'?: (\d\S*)$/.exec(line)).filter(Boolean);
  return { folders, catalog: new Map(entries.map(([, name, version]) => [name, version])) };
}

export function workspaceFolders() {
  return readWorkspace()
    .folders.map((name) => join(root, name))
    .filter((folder) => existsSync(join(folder, 'package.json')));
}

/** Every package that is published: its folder and its manifest. */
export function publishedPackages() {
  return workspaceFolders()
    .map((folder) => ({ folder, manifest: readJson(join(folder, 'package.json')) }))
    .filter(({ manifest }) => manifest.publishConfig);
}

const isShared = ({ name }) => name === '@whisper/shared';
const isTypesOnly = ({ exports }) => Object.values(exports).every((entry) => !entry.default);

/** Our own packages are of one version and fit together only so; of another's, a later one of the same major will do. */
function rangeOf(name, wanted, { catalog, versions }) {
  if (wanted.startsWith('workspace:')) return versions.get(name);
  return `^${wanted === 'catalog:' ? catalog.get(name) : wanted}`;
}

/** The exports that are built, without the condition that leads to the sources. */
function builtExports(exports) {
  const entries = Object.entries(exports).map(([path, { source: _, ...built }]) => [path, built]);
  return Object.fromEntries(entries.filter(([, built]) => built.types));
}

function publishedManifest(manifest, context) {
  const { private: _private, devDependencies: _dev, scripts: _scripts, ...rest } = manifest;
  const dependencies = Object.entries(manifest.dependencies ?? {})
    .filter(([name]) => !isTypesOnly(manifest) || context.typeDependencies.includes(name))
    .map(([name, wanted]) => [name, rangeOf(name, wanted, context)]);
  return {
    ...rest,
    engines,
    exports: builtExports(manifest.exports),
    dependencies: Object.fromEntries(dependencies),
  };
}

const isSource = (path) => /\.tsx?$/.test(path) && !/\.(test|contract)\.tsx?$|(^|\/)test(ing)?\//.test(path);

/** What the compiler made of each source, with others' declarations in `replaced`: stale files, tests and source maps are left. */
function copyBuilt(folder, { target, replaced }) {
  for (const source of readdirSync(join(folder, 'src'), { recursive: true }).filter(isSource)) {
    for (const extension of ['js', 'd.ts']) {
      const file = source.replace(/tsx?$/, extension);
      mkdirSync(dirname(join(target, 'dist', file)), { recursive: true });
      const text = (replaced.get(file) ?? readFileSync(join(folder, 'dist', file), 'utf8'))
        .replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n')
        // The compiler rewrites these in scripts, and leaves them in declarations, where not every tool follows them.
        .replace(/(from |import\()(['"])(\.[^'"]*)\.tsx?\2/g, '$1$2$3.js$2');
      writeFileSync(join(target, 'dist', file), text);
    }
  }
}

function stage({ folder, manifest }, { target, context }) {
  const { shared } = context;
  mkdirSync(join(target, 'dist'), { recursive: true });
  if (isTypesOnly(manifest)) {
    writeFileSync(join(target, 'dist', 'index.d.ts'), clientTypes(join(folder, 'dist'), shared.shorten));
  } else copyBuilt(folder, { target, replaced: isShared(manifest) ? shared.files : new Map() });
  writeFileSync(
    join(target, 'package.json'),
    `${JSON.stringify(publishedManifest(manifest, context), null, 2)}\n`,
  );
  copyFileSync(join(root, 'LICENSE'), join(target, 'LICENSE'));
  const readme = join(folder, 'README.md');
  if (existsSync(readme)) copyFileSync(readme, join(target, 'README.md'));
}

/** Stages each package below `directory/<name>` as it will be installed; the build must be there. */
export function stagePackages(directory) {
  const packages = publishedPackages();
  const context = {
    shared: plainTypes(packages.find(({ manifest }) => isShared(manifest)).folder),
    catalog: readWorkspace().catalog,
    versions: new Map(packages.map(({ manifest }) => [manifest.name, manifest.version])),
    typeDependencies: ['@trpc/server', '@whisper/shared'],
  };
  return packages.map((each) => {
    const target = join(directory, each.manifest.name);
    stage(each, { target, context });
    return target;
  });
}

function packInto(directory) {
  mkdirSync(directory, { recursive: true });
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b'], {
    cwd: root,
    stdio: 'inherit',
  });
  const staging = mkdtempSync(join(tmpdir(), 'whisper-packages-'));
  try {
    for (const folder of stagePackages(staging)) {
      const [packed] = JSON.parse(
        execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', directory], {
          cwd: folder,
          encoding: 'utf8',
        }),
      );
      const size = `${Math.ceil(packed.size / 1024)} kB packed, ${Math.ceil(packed.unpackedSize / 1024)} kB unpacked`;
      console.log(`${packed.filename}  ${size}, ${packed.entryCount} files`);
    }
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [directory] = process.argv.slice(2);
  if (!directory) {
    console.error('Usage: npm run packages -- DIR');
    process.exit(2);
  }
  packInto(resolve(directory));
}
