// Every schema as zod declares it, for whoever builds others of them. The packed index declares them as `Schema`.
export * from './index.ts';
