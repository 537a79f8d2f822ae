import superjson from 'superjson';

/** tRPC's data transformer on both sides of every wire: dates stay dates. */
export const transformer = superjson;
