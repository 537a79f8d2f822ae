import type { HoldsNothing } from './person-data.ts';

/** What DATA_DIR holds besides the folders of rooms. */
export const dataDirPlaces: readonly HoldsNothing[] = [
  { place: 'mongo/', holdsNothing: 'the embedded store: its collections have rows of their own' },
  { place: 'local-issuer.pem', holdsNothing: 'the key of the local issuer' },
];
