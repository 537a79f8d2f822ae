declare module 'vitest' {
  /** What the global set-up hands to every test file. */
  interface ProvidedContext {
    mongoUri: string;
    /** Empty where there is no redis-server. */
    redisUrl: string;
    identityDir: string;
  }
}

export {};
