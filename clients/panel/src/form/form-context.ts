import type { Picks } from '../seat/picks.ts';

/** What the form's widgets know besides their own field. */
export type FormContext = {
  readonly picks: Picks;
  /** Its chat must be a group. */
  readonly isOfGroups: boolean;
  readonly refreshPicks: () => void;
  readonly renewsIds: boolean;
  readonly setRenewsIds: (renews: boolean) => void;
  readonly getToken: () => Promise<string>;
};
