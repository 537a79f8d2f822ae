import { fileURLToPath } from 'node:url';
import { existsSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vitest/config';
import { LongestFirst } from './scripts/longest-first.ts';
import { TotalsReporter } from './scripts/totals-reporter.ts';

const store = fileURLToPath(new URL('./server/embedded-mongo/src/index.ts', import.meta.url));
const conditions = ['source', 'node', 'module', 'default'];

const app = fileURLToPath(new URL('./clients/expo/', import.meta.url));

/** The Expo app is not installed with the workspace: its tests bring what it imports, and stand in for React Native. */
const expoApp: Plugin = {
  name: 'expo-app',
  enforce: 'pre',
  async resolveId(source, importer) {
    if (!importer?.startsWith(app) || source.startsWith('.') || source.startsWith('/')) return null;
    const stub = [`${app}test/stubs/${source}.tsx`, `${app}test/stubs/${source}.ts`].find(existsSync);
    return stub ?? this.resolve(source, `${app}test/package.json`, { skipSelf: true });
  },
};

export default defineConfig({
  plugins: [expoApp],
  // The global set-up resolves packages without `conditions`, and would run a stale build of the store.
  resolve: { conditions, alias: { '@whisper/embedded-mongo': store } },
  ssr: { resolve: { conditions } },
  test: {
    include: ['**/*.test.ts', '**/*.test.tsx'],
    // What is long by nature: `npm run test:long`.
    exclude: ['**/*.long.test.ts', '**/node_modules/**', '**/dist/**'],
    reporters: ['default', new TotalsReporter()],
    globalSetup: './server/src/testing/global-setup.ts',
    // Tests wait for processes, browsers and the disk as long as they work: on two cores a third worker fills that.
    maxWorkers: 3,
    // Nothing of ours lives at module level, so files may share a worker: loading the server once saves a minute.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What is polled for comes from other sockets and processes; waiting for it longer than it takes costs nothing.
    expect: { poll: { timeout: 15_000 } },
  },
});
