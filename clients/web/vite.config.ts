import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = 'http://127.0.0.1:3000';

export default defineConfig({
  // The server says how far up the files lie, so the app runs below any path.
  base: './',
  // One `.env` for everything: VITE_CLERK_PUBLISHABLE_KEY stands beside CLERK_SECRET_KEY.
  envDir: fileURLToPath(new URL('../..', import.meta.url)),
  plugins: [react()],
  resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
  build: { target: 'es2023', modulePreload: { polyfill: false } },
  server: { proxy: { '/trpc': { target: server, ws: true }, '/dev': server } },
});
