import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = 'http://127.0.0.1:3000';

export default defineConfig({
  // The server says how far up the files lie, so the panel runs below any path.
  base: './',
  plugins: [react()],
  resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
  build: {
    target: 'es2023',
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    // A test file in rjsf's main module imports it; nothing that is bundled does.
    rolldownOptions: { external: ['@rjsf/validator-ajv8'] },
  },
  server: {
    proxy: {
      '/trpc': { target: server, ws: true },
      '/dev': server,
      '/panel/api.json': server,
    },
  },
});
