import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sourceDir = dirname(dirname(fileURLToPath(import.meta.url)));
const cacheDir = join(dirname(sourceDir), 'node_modules', '.cache', 'bundles');
const staleMs = 24 * 3_600_000;

/**
 * Makes one plain JavaScript file of the sources and returns its path; kept until a source changes. Running the
 * sources through tsx costs the server's process 270 ms and 40 MB more. Throws where nothing can be written.
 */
export async function bundleSources(): Promise<string> {
  const dir = join(cacheDir, fingerprint());
  const entry = join(dir, 'child.mjs');
  if (existsSync(entry)) return entry;
  const partial = `${dir}.${randomUUID()}`;
  mkdirSync(cacheDir, { recursive: true });
  await build(partial);
  try {
    renameSync(partial, dir);
  } catch (error) {
    // Another process made the same bundle first.
    if (!existsSync(entry)) throw error;
    rmSync(partial, { recursive: true, force: true });
  }
  removeStale();
  return entry;
}

function fingerprint(): string {
  const hash = createHash('sha256').update(process.version);
  const files = readdirSync(sourceDir, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  for (const file of files.sort()) {
    const { mtimeMs, size } = statSync(join(sourceDir, file));
    hash.update(`${file}\0${mtimeMs}\0${size}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

type Esbuild = { build(options: Record<string, unknown>): Promise<unknown> };

async function build(outdir: string): Promise<void> {
  // esbuild is a dependency of tsx, which would otherwise run the sources.
  const requireFromTsx = createRequire(createRequire(import.meta.url).resolve('tsx'));
  const esbuild: Esbuild = requireFromTsx('esbuild');
  await esbuild.build({
    entryPoints: {
      child: join(sourceDir, 'launch', 'child.ts'),
      'read-all': join(sourceDir, 'storage', 'read-all.ts'),
    },
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outdir,
    outExtension: { '.js': '.mjs' },
    sourcemap: 'inline',
    sourcesContent: false,
    logLevel: 'silent',
  });
}

function removeStale(): void {
  for (const name of readdirSync(cacheDir)) {
    const dir = join(cacheDir, name);
    const age = Date.now() - statSync(dir).mtimeMs;
    if (age > staleMs) rmSync(dir, { recursive: true, force: true });
  }
}
