import type { CollectionIndex } from '../storage/collection-index.ts';

/** What a plan walks: a secondary index, or the documents themselves in the order of _id. */
export type Access = {
  readonly stage: 'COLLSCAN' | 'IXSCAN' | 'IDHACK';
  readonly index: CollectionIndex | undefined;
  readonly indexName: string;
};

export type Bounds = { readonly lower: Buffer; readonly upper: Buffer };

/** One walk. */
export type Walk = Access & {
  /** Walked one after the other, each forwards or each backwards. */
  readonly ranges: readonly Bounds[];
  /** Each range is one whole key: a look-up, not a walk. */
  readonly isPoint: boolean;
  readonly isReverse: boolean;
  /** The same document may come more than once. */
  readonly needsDedupe: boolean;
  /** Every entry matches: the filter need not see the documents. */
  readonly isCovered: boolean;
  readonly isSorted: boolean;
};

/** One walk for each branch of an `$or`. A document that several of them meet comes once. */
export type Union = {
  readonly stage: 'OR';
  readonly walks: readonly Walk[];
  readonly needsDedupe: true;
  readonly isCovered: false;
  readonly isSorted: false;
};

export type Plan = Walk | Union;
