export * from './events.ts';
export * from './rest.ts';
