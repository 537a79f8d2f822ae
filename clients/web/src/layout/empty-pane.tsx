import type { ReactNode } from 'react';
import { Link } from '../routing/link.tsx';
import { goHome, homePath } from '../routing/route.ts';

type Props = {
  readonly title: string;
  readonly children: ReactNode;
  readonly hasWayHome?: boolean;
  readonly action?: ReactNode;
};

/** A pane without content that says why there is none. */
export function EmptyPane({ title, children, hasWayHome = false, action }: Props) {
  return (
    <div className="empty">
      <h1>{title}</h1>
      <p>{children}</p>
      {action}
      {hasWayHome && (
        <Link className="button" href={homePath} onFollow={goHome}>
          To your chats
        </Link>
      )}
    </div>
  );
}
