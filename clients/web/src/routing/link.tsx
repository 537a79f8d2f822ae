import type { ComponentProps, MouseEvent } from 'react';
import { navigate } from './route.ts';

type Props = ComponentProps<'a'> & {
  readonly href: string;
  /** Where a plain click leads; to `href` unless given. */
  readonly onFollow?: () => void;
};

/** A real link, so that it opens in a new tab too; a plain click stays on the page. */
export function Link({ href, onFollow = () => navigate(href), ...rest }: Props) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    onFollow();
  };
  return <a href={href} onClick={follow} {...rest} />;
}
