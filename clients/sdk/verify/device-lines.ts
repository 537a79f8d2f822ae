/** What a sending device is told. */
export type GivenFile = { readonly path: string; readonly isSent: boolean };

/** What a sending device says. `kept`: it will be sent, also when the device is killed now. */
export type DeviceLine =
  | { readonly type: 'waiting'; readonly count: number }
  | { readonly type: 'sent'; readonly name: string; readonly bytes: number }
  | { readonly type: 'kept' | 'failed'; readonly name: string };
