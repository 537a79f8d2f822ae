import { defineConfig } from 'vitest/config';
import usual from './vitest.config.ts';

/** What `npm test` does a small piece of or leaves to CI: kills in the middle, planted faults, deploys, further processes, a browser's side paths. */
export default defineConfig({
  ...usual,
  test: {
    ...usual.test,
    include: ['**/*.long.test.ts', 'server/src/messages/log/message-log.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    env: { MESSAGES_PER_SENDER: '40' },
  },
});
