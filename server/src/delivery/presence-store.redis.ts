import type { UserId } from '@whisper/shared';
import type { Clock } from '../platform/clock.ts';
import { createGatherer } from '../platform/gather.ts';
import type { Logger } from '../platform/logger.ts';
import type { Redis } from '../platform/redis.ts';
import type { Broker } from './broker.ts';
import type { NoteLastSeen, PresenceStore } from './presence-store.ts';
import { PresentHere } from './present-here.ts';
import { topics, type PeopleCame } from './topics.ts';

type Turn = readonly [userId: UserId, turn: 'come' | 'go'];

/** Who came or went by a script; without Redis there is no order. */
type Turned = Pick<PeopleCame, 'userIds' | 'order'>;

export type RedisOfPresence = Pick<Redis, 'eval' | 'name' | 'nodeId' | 'onBack'>;

type Deps = {
  readonly redis: RedisOfPresence;
  readonly broker: Pick<Broker, 'publish'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly noteLastSeen: NoteLastSeen;
  /** How long a process that says nothing counts as alive; 10 s unless given. */
  readonly nodeTtlMs?: number;
  /** Called on one of the others when a process has been silent for so long that ended, or died without saying that it would. */
  readonly onNodeGone?: (gone: { readonly hasDied: boolean }) => void;
  /** What its keys in Redis begin with; `presence` unless given. */
  readonly name?: string;
  /** `limits.offlineGraceMs` unless given. */
  readonly graceMs?: number;
};

const nodeTtlDefaultMs = 10_000;
const beatsPerTtl = 3;
const peoplePerScriptMax = 1_000;
/** While many come, one who comes waits so long for others. */
const tellEachMs = 20;
const tellMaxMs = 100;
/** So many questions who is online are asked together. */
const togetherMax = 100;

// KEYS: on how many processes each person is; the processes by the time they were last heard of; the people of a process;
// the processes that said that they end.
// Every script that changes who is there answers with its time, which orders what several processes tell, and with those who
// came or went by it.
const comeScript = `
local time = redis.call('time')
local came = { time[1] * 1000000 + time[2] }
for i, person in ipairs(ARGV) do
  if redis.call('sadd', KEYS[3], person) == 1 and redis.call('hincrby', KEYS[1], person, 1) == 1 then
    came[#came + 1] = person
  end
end
return came`;
const goScript = `
local time = redis.call('time')
local gone = { time[1] * 1000000 + time[2] }
for i, person in ipairs(ARGV) do
  if redis.call('srem', KEYS[3], person) == 1 and redis.call('hincrby', KEYS[1], person, -1) <= 0 then
    redis.call('hdel', KEYS[1], person)
    gone[#gone + 1] = person
  end
end
return gone`;
const peopleScript = `return redis.call('smembers', KEYS[3])`;
const findScript = `
local online = {}
for i, count in ipairs(redis.call('hmget', KEYS[1], unpack(ARGV))) do
  if count then online[#online + 1] = ARGV[i] end
end
return online`;
const endScript = `return redis.call('sadd', KEYS[4], ARGV[1])`;
/** ARGV: this process, the lifetime, the name of a process's people without the process. After the time whether it was new, how many others are gone, and how many of them died. */
const beatScript = `
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local isNew = redis.call('zadd', KEYS[2], now, ARGV[1])
local nodes = redis.call('zrangebyscore', KEYS[2], '-inf', now - ARGV[2])
local answer = { time[1] * 1000000 + time[2], isNew, #nodes, #nodes }
for i, node in ipairs(nodes) do
  redis.call('zrem', KEYS[2], node)
  answer[4] = answer[4] - redis.call('srem', KEYS[4], node)
  local people = ARGV[3] .. node
  for j, person in ipairs(redis.call('smembers', people)) do
    if redis.call('hincrby', KEYS[1], person, -1) <= 0 then
      redis.call('hdel', KEYS[1], person)
      answer[#answer + 1] = person
    end
  end
  redis.call('del', people)
end
return answer`;

/**
 * Presence over all processes. Each owns the people with a connection to it and says every few seconds that it lives; the
 * people of one that does not any more go when its time is over, announced once, by whichever process notices. All keys are
 * in one place of a cluster, so that one script sees all of them. While Redis is away, the people here are who is known.
 */
export class RedisPresenceStore implements PresenceStore {
  readonly #deps: Deps;
  readonly #here: PresentHere;
  readonly #nodeTtlMs: number;
  readonly #prefix: string;
  readonly #keys: readonly string[];
  readonly #find = createGatherer(
    (asked: readonly (readonly UserId[])[]) => this.#findAny(asked.flat()),
    togetherMax,
  );
  /**
   * Whose coming or going is told to Redis with those of the same moment; of many at once the next wait for each other. One
   * at a time, however many wait: whoever goes and comes back is told of in that order.
   */
  readonly #turn = createGatherer(
    async (turns: readonly Turn[]) => {
      await this.#tell(turns);
      return () => undefined;
    },
    Number.POSITIVE_INFINITY,
    (told) => Math.min(told * tellEachMs, tellMaxMs),
  );
  #beating: NodeJS.Timeout | undefined;

  constructor(deps: Deps) {
    const { redis, clock, name = 'presence', graceMs } = deps;
    this.#deps = deps;
    this.#nodeTtlMs = deps.nodeTtlMs ?? nodeTtlDefaultMs;
    this.#prefix = redis.name(`{${name}}:node:`);
    this.#keys = [
      redis.name(`{${name}}:online`),
      redis.name(`{${name}}:nodes`),
      `${this.#prefix}${redis.nodeId}`,
      redis.name(`{${name}}:ended`),
    ];
    const turns = {
      onCome: (userId: UserId) => void this.#turn([userId, 'come']),
      onGo: (userId: UserId) => void this.#turn([userId, 'go']),
    };
    this.#here = new PresentHere(clock, turns, graceMs);
    redis.onBack(() => void this.#comeBack());
    void this.#beat();
  }

  connect(userId: UserId, connectionId: string): void {
    this.#here.connect(userId, connectionId);
  }

  disconnect(userId: UserId, connectionId: string): void {
    this.#here.disconnect(userId, connectionId);
  }

  forget(userId: UserId): void {
    this.#here.forget(userId);
  }

  async findOnline(userIds: readonly UserId[]): Promise<UserId[]> {
    try {
      const online = await this.#find(userIds.filter((userId) => !this.#here.has(userId)));
      return userIds.filter((userId) => online.has(userId) || this.#here.has(userId));
    } catch {
      return userIds.filter((userId) => this.#here.has(userId));
    }
  }

  /** Its people have the grace to come back to another process; then those processes say that they went. */
  async close(): Promise<void> {
    clearTimeout(this.#beating);
    this.#here.close();
    await this.#run(endScript, [this.#deps.redis.nodeId]).catch(() => undefined);
  }

  async #findAny(userIds: readonly UserId[]): Promise<() => ReadonlySet<UserId>> {
    const online = new Set<UserId>();
    for (const group of inGroups([...new Set(userIds)])) {
      for (const userId of await this.#run(findScript, group)) online.add(userId);
    }
    return () => online;
  }

  /** Never rejects. What Redis does not hear of now it hears when it is back; the people here are told in any case. */
  async #tell(turns: readonly Turn[]): Promise<void> {
    const last = [...new Map(turns)];
    const of = (wanted: string) => last.filter(([, turn]) => turn === wanted).map(([userId]) => userId);
    for (const came of inGroups(of('come'))) this.#announce('online', await this.#runOr(comeScript, came));
    for (const gone of inGroups(of('go'))) this.#announce('offline', await this.#runOr(goScript, gone));
  }

  #announce(type: 'online' | 'offline', turned: Turned): void {
    if (turned.userIds.length === 0) return;
    const { broker, clock, noteLastSeen } = this.#deps;
    if (type === 'online') return broker.publish(topics.presence(), { type, ...turned });
    const lastSeenAt = new Date(clock.now());
    for (const userId of turned.userIds) noteLastSeen(userId, lastSeenAt);
    broker.publish(topics.presence(), { type, ...turned, lastSeenAt });
  }

  /** Never rejects. */
  async #beat(): Promise<void> {
    clearTimeout(this.#beating);
    try {
      const [order, isNew, nodesGone, nodesDied, ...userIds] = await this.#run(beatScript, [
        this.#deps.redis.nodeId,
        String(this.#nodeTtlMs),
        this.#prefix,
      ]);
      this.#announce('offline', { userIds, order: Number(order) });
      if (Number(nodesGone) > 0) this.#deps.onNodeGone?.({ hasDied: Number(nodesDied) > 0 });
      // The others had given this process up, or Redis is new.
      if (Number(isNew) === 1) void this.#comeBack();
    } catch (error) {
      this.#deps.log.debug({ err: error }, 'no sign of life was given');
    }
    this.#beating = setTimeout(() => void this.#beat(), this.#nodeTtlMs / beatsPerTtl).unref();
  }

  /** Never rejects. Redis may have forgotten who is here, and has not heard of whoever went without it. */
  async #comeBack(): Promise<void> {
    for (const userId of this.#here.all()) void this.#turn([userId, 'come']);
    const known = await this.#run(peopleScript, []).catch(() => []);
    for (const userId of known) if (!this.#here.has(userId)) void this.#turn([userId, 'go']);
  }

  async #runOr(script: string, asked: readonly UserId[]): Promise<Turned> {
    try {
      const [order, ...userIds] = await this.#run(script, asked);
      return { userIds, order: Number(order) };
    } catch {
      return { userIds: asked };
    }
  }

  async #run(script: string, args: readonly string[]): Promise<UserId[]> {
    return (await this.#deps.redis.eval(script, this.#keys, args)) as UserId[];
  }
}

function inGroups(userIds: readonly UserId[]): UserId[][] {
  const groups: UserId[][] = [];
  for (let start = 0; start < userIds.length; start += peoplePerScriptMax) {
    groups.push(userIds.slice(start, start + peoplePerScriptMax));
  }
  return groups;
}
