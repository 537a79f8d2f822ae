import { useEffect } from 'react';
import { appUrl } from '../routing/app-url.ts';

/** Shows on the tab's icon, and on that of the installed app, that something is unread. */
export function useBadge(count: number): void {
  const hasUnread = count > 0;
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
    if (icon) icon.href = new URL(hasUnread ? 'icon-unread.svg' : 'icon.svg', appUrl).href;
  }, [hasUnread]);
  useEffect(() => {
    // Browsers without it, and pages that are not installed, refuse.
    void navigator.setAppBadge?.(count).catch(() => undefined);
  }, [count]);
}
