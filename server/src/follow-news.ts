import type { News } from './delivery/topics.ts';
import { topics } from './delivery/topics.ts';
import type { Context } from './context.ts';
import { findHidden } from './users/find-hidden.ts';
import { findUserId } from './users/find-user-id.ts';

type Deps = Pick<
  Context,
  'blocks' | 'broker' | 'clock' | 'connections' | 'db' | 'log' | 'memberships' | 'revocations' | 'viewers'
>;

/** Covers clocks that differ and what was under way. */
const overlapMs = 15_000;

/** Does here what any process, this one too, says has happened to a person; what may have been missed is read again. */
export function followNews(deps: Deps): Promise<() => void> {
  const { broker, log } = deps;
  return broker.subscribe(
    topics.news(),
    (news) => apply(deps, news),
    () => {
      catchUp(deps).catch((error: unknown) => log.error({ err: error }, 'missed news was not read'));
    },
  );
}

function apply({ blocks, connections, memberships, revocations, viewers }: Deps, news: News): void {
  switch (news.type) {
    case 'joined':
    case 'contactsMade':
      return;
    case 'profileChanged':
      return viewers.doubt(news.clerkId);
    case 'peopleChanged':
      memberships.delete(news.chatId);
      return;
    case 'revoked':
      return revocations.learn(news.keys, news.at);
    case 'blocksChanged':
      return blocks.doubt([news.by, news.userId]);
    case 'presenceHidden':
      return connections.setHidden(news.userId, news.isHidden);
    case 'closeUser':
      return connections.closeUser(news.userId, news.reason);
    case 'closeNameless':
      return connections.closeNameless(news.userId, news.reason);
    case 'closeSession':
      return connections.closeSession(news.sessionId, news.reason);
  }
  news satisfies never;
}

async function catchUp({
  blocks,
  broker,
  clock,
  connections,
  db,
  memberships,
  revocations,
  viewers,
}: Deps): Promise<void> {
  const since = Math.min(clock.now(), broker.completeUntil) - overlapMs;
  memberships.clear();
  viewers.doubtAll();
  blocks.doubtAll();
  for (const { _id } of await revocations.recallSince(new Date(since))) {
    const [kind, ...rest] = _id.split(':');
    const name = rest.join(':');
    if (kind === 'session') connections.closeSession(name, 'sessionRevoked');
    const userId = kind === 'session' ? null : await findUserId({ db }, name);
    if (userId && kind === 'person') connections.closeUser(userId, 'sessionRevoked');
    if (userId && kind === 'nameless') connections.closeNameless(userId, 'tokenExpired');
  }
  for (const userId of await findHidden({ db }, connections.people)) connections.setHidden(userId, true);
}
