import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const server = 'http://127.0.0.1:3000';

export default defineConfig({
  // The server says how far up the files lie, so the app runs below any path.
  base: './',
  // One `.env` for everything: VITE_CLERK_PUBLISHABLE_KEY stands beside CLERK_SECRET_KEY.
  envDir: fileURLToPath(new URL('../..', import.meta.url)),
  plugins: [react(), emoji(), serviceWorker()],
  resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
  build: {
    target: 'es2023',
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: 'index.html', sw: 'src/service-worker/sw.ts' },
      // The worker has one name for ever and lies at the top, because what it may answer lies below it.
      output: { entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
  server: { proxy: { '/trpc': { target: server, ws: true }, '/dev': server } },
});

type EmojiEntry = {
  readonly emoji: string;
  readonly label: string;
  readonly group?: number;
  readonly tags?: readonly string[];
  readonly version: number;
};
type EmojiMessages = { readonly groups: readonly { order: number; key: string; message: string }[] };

/** Newer ones are boxes on many devices. */
const emojiVersionMax = 15.1;

/** `virtual:emoji`: what the picker needs of emojibase, a tenth of it. */
function emoji(): Plugin {
  const id = '\0virtual:emoji';
  const { resolve } = createRequire(import.meta.url);
  const read = <T>(name: string): T =>
    JSON.parse(readFileSync(resolve(`emojibase-data/en/${name}.json`), 'utf8'));
  return {
    name: 'emoji',
    resolveId: (source) => (source === 'virtual:emoji' ? id : undefined),
    load(source) {
      if (source !== id) return;
      const emojis = read<EmojiEntry[]>('data')
        .filter(({ group, version }) => group !== undefined && version <= emojiVersionMax)
        .map(({ emoji, label, group, tags = [], version }) => ({
          emoji,
          label,
          category: group,
          tags,
          version,
        }));
      const categories = read<EmojiMessages>('messages')
        .groups.filter(({ key }) => key !== 'component')
        .map(({ order, message }) => ({ index: order, label: message }));
      return `export default JSON.parse(${JSON.stringify(JSON.stringify({ emojis, categories }))})`;
    },
  };
}

/** Tells the worker what the bundle consists of. */
function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    generateBundle(_options, bundle) {
      const files = Object.keys(bundle).filter((name) => name.startsWith('assets/'));
      const worker = bundle['sw.js'];
      if (worker?.type !== 'chunk' || worker.imports.length > 0) this.error('The worker must be one file');
      worker.code = `const bundledFiles = ${JSON.stringify(files.toSorted())};\n${worker.code}`;
    },
  };
}
