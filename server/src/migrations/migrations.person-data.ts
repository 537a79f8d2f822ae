import type { HoldsNothing } from '../platform/person-data.ts';

export const migrationPlaces: readonly HoldsNothing[] = [
  { place: 'migrations', holdsNothing: 'which migrations are done, and which process runs one' },
];
