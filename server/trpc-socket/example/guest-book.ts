import { createServer, type Server } from 'node:http';
import { initTRPC } from '@trpc/server';
import { createTrpcSocketServer } from '@whisper/trpc-socket';
import { toTrackedFeed, type FeedItem, type FeedSink } from '@whisper/trpc-socket/feed';

const t = initTRPC.context<{ readonly guest: string }>().create();
const lines: FeedItem<string>[] = [];
const readers = new Set<FeedSink<string>>();

const router = t.router({
  write: t.procedure.input(String).mutation(({ ctx, input }) => {
    const line = { id: String(lines.length + 1), data: `${ctx.guest}: ${input}` };
    lines.push(line);
    for (const reader of readers) reader.push(line);
  }),
  // A client that reconnects names the last line it saw, and misses none.
  read: t.procedure
    .input((raw): { readonly lastEventId?: string } => Object(raw))
    .subscription(({ input }) =>
      toTrackedFeed<string>((reader) => {
        for (const line of lines.slice(Number(input.lastEventId ?? 0))) reader.push(line);
        readers.add(reader);
        return () => readers.delete(reader);
      }),
    ),
});

export type GuestBook = typeof router;

/** Who opens the guest book reads every line there is, and every one that is written from then on. */
export function openGuestBook(): Server {
  const sockets = createTrpcSocketServer({
    router,
    createContext: ({ connectionParams }) => ({ guest: String(Object(connectionParams).name ?? 'Somebody') }),
  });
  return createServer().on('upgrade', (...upgrade) => sockets.handleUpgrade(...upgrade));
}
