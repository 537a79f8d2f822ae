import type { Known } from './hostile-calls.ts';
import type { Targets } from './legacy/hostile.ts';
import type { Witness } from './witness.ts';

/** One stretch of an attack by one person over one wire. */
export type Round = {
  readonly url: string;
  readonly name: string;
  readonly token: string;
  readonly known: Known;
  readonly targets: Targets;
  /** A run with this seed begins with this round. */
  readonly seed: number;
  /** What is sent in it: of each attacker something else. */
  readonly dice: number;
  readonly witness: Witness;
};

export type Attack = (round: Round) => Promise<void>;
