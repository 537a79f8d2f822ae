import type { Picks } from '../seat/picks.ts';

/** What the form's widgets know besides their own field. */
export type FormContext = {
  readonly picks: Picks;
  readonly refreshPicks: () => void;
  readonly renewsIds: boolean;
  readonly setRenewsIds: (renews: boolean) => void;
  readonly getToken: () => Promise<string>;
};
