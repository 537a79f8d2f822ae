import type { ChatId, UserId } from '@whisper/shared';
import { createBoundedCache } from '../platform/bounded-cache.ts';
import { createGatherer } from '../platform/gather.ts';
import { Types, type Connection as Database } from 'mongoose';
import { blockModel, type BlockDoc } from './block.model.ts';

/** Who is blocked by a person, and who blocks them. */
export type BlocksOf = {
  readonly blocked: ReadonlySet<UserId>;
  readonly blockedBy: ReadonlyMap<UserId, LastKnown>;
};

/** The same among a few people. */
export type BlocksAmong = { readonly blocked: ReadonlySet<UserId>; readonly blockedBy: ReadonlySet<UserId> };

/** A person, and the people of whom it is asked how they are with that person. */
type Asked = { readonly userId: UserId; readonly among: readonly UserId[] };

type Marks = { readonly readSeq: number; readonly deliveredSeq: number };

/** What a blocked person is told of the one who blocks them: how it was at that moment. */
export type LastKnown = {
  /** Null when nobody was told. */
  readonly seenAt: Date | null;
  /** How far they had come in the groups that both were in. */
  readonly marks: ReadonlyMap<ChatId, Marks>;
};

const peopleMax = 10_000;

/** Of so many people the blocks are read together. */
const togetherMax = 100;

const nobody: BlocksOf = { blocked: new Set(), blockedBy: new Map() };

/**
 * Who blocks whom. What was read is remembered until some process says that it changed; `read` and `readAmong` ask the
 * database, for who cannot wait for that.
 */
export class Blocks {
  /** As the database has it. */
  readonly read: (userId: UserId) => Promise<BlocksOf>;
  /** The same in one look-up, of which people it is known: every message to somebody may ask. */
  readonly readAmong: (asked: Asked) => Promise<BlocksAmong>;
  readonly #known = createBoundedCache<UserId, BlocksOf>(peopleMax);
  /** How often something changed: what was read before counts for nothing. */
  #changes = 0;

  constructor(db: Database) {
    this.read = createGatherer((userIds) => readAll(db, userIds), togetherMax);
    this.readAmong = createGatherer((asked) => readPairs(db, asked), togetherMax);
  }

  async of(userId: UserId): Promise<BlocksOf> {
    const known = this.#known.get(userId);
    if (known) return known;
    const changes = this.#changes;
    const found = await this.read(userId);
    if (changes === this.#changes) this.#known.set(userId, found);
    return found;
  }

  /** Whether one of the two blocks the other: nothing that one does is brought to the other. */
  async isBetween(userId: UserId, otherId: UserId): Promise<boolean> {
    return isApart(await this.of(userId), otherId);
  }

  /** Those of the people between whom and the person there is no block. */
  async without(userId: UserId, others: readonly UserId[]): Promise<readonly UserId[]> {
    const blocks = await this.of(userId);
    return blocks === nobody ? others : others.filter((each) => !isApart(blocks, each));
  }

  /** Something changed between these people. */
  doubt(userIds: readonly UserId[]): void {
    this.#changes += 1;
    for (const userId of userIds) this.#known.delete(userId);
  }

  /** Something may have changed between any two. */
  doubtAll(): void {
    this.#changes += 1;
    this.#known.clear();
  }
}

async function readAll(db: Database, userIds: readonly UserId[]): Promise<(userId: UserId) => BlocksOf> {
  const among = { $in: userIds.map((id) => new Types.ObjectId(id)) };
  // The driver's own cursors: a thousand people may come at once, most of whom neither block nor are blocked.
  const blocks = blockModel(db).collection;
  const [byBlocker, byBlocked] = await Promise.all([
    blocks.find<BlockDoc>({ blocker: among }, { projection: { blocker: 1, blocked: 1 } }).toArray(),
    blocks
      .find<BlockDoc>({ blocked: among }, { projection: { blocked: 1, blocker: 1, seenAt: 1, marks: 1 } })
      .toArray(),
  ]);
  const found = new Map<string, { blocked: Set<UserId>; blockedBy: Map<UserId, LastKnown> }>();
  const of = (id: Types.ObjectId) => {
    const blocks = found.get(toUserId(id)) ?? { blocked: new Set(), blockedBy: new Map() };
    found.set(toUserId(id), blocks);
    return blocks;
  };
  for (const { blocker, blocked } of byBlocker) of(blocker).blocked.add(toUserId(blocked));
  for (const doc of byBlocked) of(doc.blocked).blockedBy.set(toUserId(doc.blocker), toLastKnown(doc));
  return (userId) => found.get(userId) ?? nobody;
}

/** With the driver's own cursor: of each block two fields are wanted, and most often there is none. */
async function readPairs(db: Database, asked: readonly Asked[]): Promise<(asked: Asked) => BlocksAmong> {
  const people = {
    $in: [...new Set(asked.flatMap(({ among }) => among))].map((id) => new Types.ObjectId(id)),
  };
  const docs = await blockModel(db)
    .collection.find({ blocker: people, blocked: people }, { projection: { _id: 0, blocker: 1, blocked: 1 } })
    .toArray();
  const pairs = docs.map(({ blocker, blocked }) => [toUserId(blocker), toUserId(blocked)] as const);
  return ({ userId, among }) => ({
    blocked: new Set(pairs.flatMap(([by, of]) => (by === userId && among.includes(of) ? of : []))),
    blockedBy: new Set(pairs.flatMap(([by, of]) => (of === userId && among.includes(by) ? by : []))),
  });
}

/** Those of some people who block a person, as the database has it. */
export async function findBlockers(
  db: Database,
  blockedId: UserId,
  among: readonly UserId[],
): Promise<ReadonlySet<UserId>> {
  if (among.length === 0) return new Set();
  const docs = await blockModel(db)
    .find(
      {
        blocker: { $in: among.map((id) => new Types.ObjectId(id)) },
        blocked: new Types.ObjectId(blockedId),
      },
      { blocker: 1 },
    )
    .lean();
  return new Set(docs.map(({ blocker }) => toUserId(blocker)));
}

/** Whether there is a block between that person and another, whoever of them made it. */
export function isApart({ blocked, blockedBy }: BlocksOf, otherId: UserId): boolean {
  return blocked.has(otherId) || blockedBy.has(otherId);
}

function toLastKnown({ seenAt, marks = [] }: Pick<BlockDoc, 'seenAt' | 'marks'>): LastKnown {
  const byChat = marks.map(({ chat, ...mark }) => [chat.toHexString() as ChatId, mark] as const);
  return { seenAt: seenAt ?? null, marks: new Map(byChat) };
}

function toUserId(id: Types.ObjectId): UserId {
  return id.toHexString() as UserId;
}
