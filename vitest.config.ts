import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './scripts/longest-first.ts';
import { TotalsReporter } from './scripts/totals-reporter.ts';

const store = fileURLToPath(new URL('./server/embedded-mongo/src/index.ts', import.meta.url));
const conditions = ['source', 'node', 'module', 'default'];

export default defineConfig({
  // The global set-up resolves packages without `conditions`, and would run a stale build of the store.
  resolve: { conditions, alias: { '@whisper/embedded-mongo': store } },
  ssr: { resolve: { conditions } },
  test: {
    include: ['**/*.test.ts', '**/*.test.tsx'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    reporters: ['default', new TotalsReporter()],
    globalSetup: './server/src/testing/global-setup.ts',
    // One worker less than cores is the default: on two cores that is one, and half the machine idles.
    maxWorkers: 2,
    // Nothing of ours lives at module level, so files may share a worker: loading the server once saves a minute.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
