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
  let hidesHeard = 0;
  const missed = async () => {
    await recallRevocations(deps);
    await hideAndShow(deps, () => hidesHeard);
  };
  return broker.subscribe(
    topics.news(),
    (news) => {
      if (news.type === 'presenceHidden') hidesHeard += 1;
      apply(deps, news);
    },
    () => {
      missed().catch((error: unknown) => log.error({ err: error }, 'missed news was not read'));
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

async function recallRevocations({
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
}

/** Who hides of those who are here, and who does not any more. */
async function hideAndShow(
  { connections, db }: Pick<Deps, 'connections' | 'db'>,
  heard: () => number,
): Promise<void> {
  const [people, heardBefore] = [connections.people, heard()];
  const hidden = new Set(await findHidden({ db }, people));
  // What was read may be older than what was heard meanwhile.
  if (heard() !== heardBefore) return hideAndShow({ connections, db }, heard);
  for (const userId of people) connections.setHidden(userId, hidden.has(userId));
}
