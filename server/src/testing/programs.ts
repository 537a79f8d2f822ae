import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

const sources = {
  server: 'server/src/main.ts',
  chat: 'clients/cli/src/main.ts',
  device: 'clients/sdk/verify/sending-device.ts',
} as const;

/** What lies beside the server's bundle, as it lies beside its sources. */
const storeParts = {
  child: 'server/embedded-mongo/src/launch/child.ts',
  'read-all': 'server/embedded-mongo/src/storage/read-all.ts',
};

const bundlesName = 'WHISPER_TEST_PROGRAMS';

/** Node's arguments that run a program: its bundle where the run has made them, its sources elsewhere. */
export function programArgs(name: keyof typeof sources): string[] {
  const bundles = process.env[bundlesName];
  if (bundles) return [join(bundles, `${name}.mjs`)];
  return ['--conditions=source', '--import', import.meta.resolve('tsx'), join(root, sources[name])];
}

/**
 * Bundles the programs for the workers of this run; disposing removes them. A test that starts a process then pays
 * for its work alone: through tsx a server takes twice as long to come up.
 */
export async function bundlePrograms(): Promise<AsyncDisposable> {
  // The sources look for the built clients three folders up.
  const dist = join(root, 'server/dist');
  await mkdir(dist, { recursive: true });
  const outdir = await mkdtemp(join(dist, 'programs-'));
  await loadEsbuild().build({
    absWorkingDir: root,
    entryPoints: { ...sources, ...storeParts },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: ['source'],
    outdir,
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
    plugins: [{ name: 'installed-packages', setup: leaveInstalledPackages }],
  });
  process.env[bundlesName] = outdir;
  return { [Symbol.asyncDispose]: () => rm(outdir, { recursive: true, force: true }) };
}

type Resolving = {
  readonly importer: string;
  readonly resolveDir: string;
  readonly kind: string;
  readonly pluginData?: unknown;
};
type Resolved = { readonly path: string; readonly external?: boolean };
type EsbuildRun = {
  resolve(path: string, options: Resolving): Promise<Resolved>;
  onResolve(
    which: { filter: RegExp },
    resolve: (asked: Resolving & { path: string }) => Promise<Resolved | undefined>,
  ): void;
};
type Esbuild = { build(options: Record<string, unknown>): Promise<unknown> };

function loadEsbuild(): Esbuild {
  // esbuild is a dependency of tsx, which would otherwise run the sources.
  return createRequire(createRequire(import.meta.url).resolve('tsx'))('esbuild');
}

/** Installed packages stay what they are, by where they lie: each package of the workspace has its own. */
function leaveInstalledPackages(run: EsbuildRun): void {
  run.onResolve({ filter: /^[^./]/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
    if (pluginData === bundlesName || kind === 'entry-point' || path.startsWith('node:')) return undefined;
    const found = await run.resolve(path, { importer, resolveDir, kind, pluginData: bundlesName });
    return found.path.includes('/node_modules/') ? { path: found.path, external: true } : undefined;
  });
}
