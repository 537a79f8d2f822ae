import fc from 'fast-check';

/** What may happen on a device, or to its connection, and how often beside the others. */
const deviceActs = {
  send: 8,
  edit: 3,
  delete: 2,
  react: 3,
  reply: 3,
  pin: 1,
  hide: 1,
  read: 2,
  unread: 1,
  drop: 3,
  cut: 1,
  mend: 3,
  slow: 2,
  repeat: 2,
  reorder: 2,
  restart: 1,
  pause: 4,
} as const;

/** What happens in a group besides, most of it by its owner to one of the others. */
const groupActs = {
  mention: 3,
  deleteOther: 1,
  remove: 1,
  add: 3,
  role: 1,
  rename: 1,
  hideHistory: 1,
} as const;

export type Act = keyof typeof deviceActs | keyof typeof groupActs;

export type Step = { readonly act: Act; readonly device: string; readonly index: number };

/** Whose device each of them is. */
export type Cast = Readonly<Record<string, string>>;

export type SceneOptions = {
  readonly cast: Cast;
  /** Who makes the group of all of them; without, the first two people are in a direct chat. */
  readonly owner?: string;
};

/** Any step in such a scene. */
export function stepIn({ cast, owner }: SceneOptions): fc.Arbitrary<Step> {
  const weights = owner === undefined ? deviceActs : { ...deviceActs, ...groupActs };
  const acts = Object.entries(weights).map(([act, weight]) => ({
    weight,
    arbitrary: fc.constant(act as Act),
  }));
  return fc.record({
    act: fc.oneof(...acts),
    device: fc.constantFrom(...Object.keys(cast)),
    index: fc.nat(),
  });
}
