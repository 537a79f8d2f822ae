import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type InlineConfig } from 'vite';
import type { renderScreen } from './on-server.tsx';

/** The versions of React that the package is for. */
export const reactVersions = ['18', '19'] as const;
type ReactVersion = (typeof reactVersions)[number];

export type BuiltPage = {
  /** What a browser runs. */
  readonly script: string;
  readonly renderScreen: typeof renderScreen;
};

const folder = fileURLToPath(new URL('.', import.meta.url));

/** The screen of these tests with a React of that version, for a browser and for a server, as in development. */
export async function buildPage(version: ReactVersion): Promise<BuiltPage> {
  const out = await mkdtemp(join(tmpdir(), 'whisper-react-'));
  try {
    const [script] = await Promise.all([
      bundle(version, { rolldownOptions: { input: join(folder, 'page.tsx') }, write: false }),
      bundle(version, { ssr: join(folder, 'on-server.tsx'), outDir: out }),
    ]);
    const server: { renderScreen: typeof renderScreen } = await import(
      pathToFileURL(join(out, 'on-server.js')).href
    );
    return { script, renderScreen: server.renderScreen };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

async function bundle(version: ReactVersion, options: InlineConfig['build']): Promise<string> {
  const suffix = version === '18' ? '-18' : '';
  const alias = [{ find: /^(react|react-dom)(?=\/|$)/, replacement: `$1${suffix}` }];
  const built = await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    mode: 'development',
    define: { 'process.env.NODE_ENV': '"development"' },
    resolve: { conditions: ['source', 'module', 'browser'], alias },
    ssr: { noExternal: true, resolve: { conditions: ['source', 'module', 'node'] } },
    build: { minify: false, target: 'es2023', ...options },
  });
  const [first] = [built].flat();
  if (!first || !('output' in first)) throw new Error('Nothing was built');
  return first.output[0].code;
}
