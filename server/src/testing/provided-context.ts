declare module 'vitest' {
  /** What the global set-up hands to every test file. */
  interface ProvidedContext {
    mongoUri: string;
    identityDir: string;
  }
}

export {};
