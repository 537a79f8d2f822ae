import { useQuery } from '@tanstack/react-query';
import { linkEndsAt, type Attachment } from '@whisper/shared';
import { useEffect, useState } from 'react';
import { appUrl } from '../routing/app-url.ts';
import { useClient } from '../store/use-client.ts';

/** A link is made anew this long before it ends. */
const marginMs = 60_000;

/** A file with links that lead somewhere: those in a message end, which may be shown for long or come from the cache. */
export function useLinked(attachment: Attachment): Attachment {
  const { client } = useClient();
  const { fileId } = attachment;
  const [isEnding, setIsEnding] = useState(() => leftOf(attachment.url) <= 0);
  const { data } = useQuery({
    queryKey: ['file', fileId],
    queryFn: () => client.api.file.get.query({ fileId }),
    enabled: isEnding,
    refetchInterval: ({ state }) => (state.data ? Math.max(marginMs, leftOf(state.data.url)) : false),
  });
  useEffect(() => {
    if (isEnding) return;
    const timer = setTimeout(() => setIsEnding(true), leftOf(attachment.url));
    return () => clearTimeout(timer);
  }, [attachment.url, isEnding]);
  return isEnding && data ? { ...attachment, ...data } : attachment;
}

function leftOf(url: string): number {
  return linkEndsAt(url) - Date.now() - marginMs;
}

/** The address of a link that the server gave. */
export function addressOf(url: string): string {
  return appUrl.href.replace(/\/$/, '') + url;
}
