import { useCallback, useEffect, useState, type ReactNode } from 'react';

type Page<Item> = { readonly items: readonly Item[]; readonly nextCursor: string | null };

export type Pages<Item> = {
  /** Undefined until the first page is there. */
  readonly known: Page<Item> | undefined;
  /** What failed, once more. */
  readonly retry: (() => void) | undefined;
  readonly loadMore: () => void;
  readonly reload: () => void;
};

/** A list that is asked for page by page; `ask` is the same function until another list is meant. */
export function usePages<Item>(ask: (cursor: string | null) => Promise<Page<Item>>): Pages<Item> {
  const [known, setKnown] = useState<Page<Item>>();
  const [retry, setRetry] = useState<() => void>();
  const load = useCallback(
    (after?: Page<Item>) => {
      setRetry(undefined);
      ask(after?.nextCursor ?? null).then(
        (next) => setKnown({ ...next, items: [...(after?.items ?? []), ...next.items] }),
        () => setRetry(() => () => load(after)),
      );
    },
    [ask],
  );
  useEffect(() => load(), [load]);
  return { known, retry, loadMore: () => load(known), reload: () => load() };
}

type Props<Item> = {
  readonly pages: Pages<Item>;
  /** What is said when there is nothing. */
  readonly empty: string;
  readonly children: (item: Item) => ReactNode;
  readonly onClose: () => void;
};

/** The list in a dialog, and what stands below it: the way to more, or what went wrong. */
export function PagedList<Item>({ pages, empty, children, onClose }: Props<Item>) {
  const { known, retry, loadMore } = pages;
  const onMore = retry ?? (known?.nextCursor ? loadMore : undefined);
  return (
    <>
      {known?.items.length === 0 && <p>{empty}</p>}
      <ul className="report-list">{known?.items.map(children)}</ul>
      {retry && <p role="alert">It could not be loaded.</p>}
      <div className="button-row">
        {onMore && (
          <button type="button" className="button quiet" onClick={onMore}>
            {retry ? 'Try again' : 'Older ones'}
          </button>
        )}
        <button type="button" className="button quiet" onClick={onClose} data-first>
          Close
        </button>
      </div>
    </>
  );
}
