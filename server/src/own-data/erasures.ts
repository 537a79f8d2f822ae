import type { UserId } from '@whisper/shared';
import { Types, type QueryFilter } from 'mongoose';
import { randomBytes, randomUUID } from 'node:crypto';
import { leaveGroups } from '../chats/leave-groups.ts';
import { isCompactionWanted, isEmbedded, wantCompaction } from '../platform/compaction.ts';
import { isDuplicateKey } from '../platform/errors.ts';
import type { Erased, HoldsPersonData } from '../platform/person-data.ts';
import { deleteUser, ensureStandIn } from '../users/delete-user.ts';
import type { ErasingDeps, Leaving } from './deps.ts';
import { erasureModel, type ErasedPlace, type ErasureDoc } from './erasure.model.ts';

/** How long the work of a process that died waits for another. */
const leaseMs = 30_000;
const renewMs = 5_000;
const lookMs = 20_000;

/** What somebody wrote to the person while they were erased is found by another round. */
const roundsMax = 5;

type Job = Leaving & Erased & { readonly id: string };

/**
 * Erases people, one at a time in this process. The work stands in the database from the moment it is asked for, so that a
 * process that dies leaves it to another, or to its next life; every step may be done again.
 */
export class Erasures {
  readonly #deps: ErasingDeps;
  readonly #owner = randomUUID();
  #running: Promise<void> | undefined;
  #isWanted = false;
  #isClosed = false;
  #cancelLook: (() => void) | undefined;

  constructor(deps: ErasingDeps) {
    this.#deps = deps;
  }

  /** Takes up what a process left that died, and looks again from time to time. */
  async start(): Promise<void> {
    // Who is alone need not wait until it is sure that nobody else works on it.
    if (!this.#deps.broker.isShared) await this.#release({ subject: { $exists: true } });
    await this.#noteCompacted();
    this.#look();
  }

  /** Resolves with the receipt's id when the work is sure to be done; asked for again while it is under way, with the same. */
  async begin(leaving: Leaving): Promise<string> {
    const id = await this.#note(leaving);
    this.#look();
    return id;
  }

  /** Ends after the step that is being done; what is left waits. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelLook?.();
    await this.#running;
    // Without a database the lease runs out by itself.
    await this.#release({ owner: this.#owner }).catch(() => undefined);
  }

  /** Says in receipts that the store's file was written anew since; of a store too large for a start, that it should be. */
  async #noteCompacted(): Promise<void> {
    const { db, clock, env, log } = this.#deps;
    if (!isEmbedded(env)) return;
    if (isCompactionWanted(env)) {
      log.warn(
        'unused places of the data file may hold what was erased: stop the server and npm run compact',
      );
      return;
    }
    await erasureModel(db).updateMany(
      { finishedAt: { $exists: true }, compactedAt: { $exists: false } },
      { $set: { compactedAt: new Date(clock.now()) } },
    );
  }

  async #release(whose: QueryFilter<ErasureDoc>): Promise<void> {
    const leaseUntil = new Date(this.#deps.clock.now());
    await erasureModel(this.#deps.db).updateMany(whose, { $set: { leaseUntil } });
  }

  async #note({ userId, clerkId, isForGood }: Leaving): Promise<string> {
    const { db, clock } = this.#deps;
    const user = new Types.ObjectId(userId);
    const erasures = erasureModel(db);
    const id = randomBytes(24).toString('base64url');
    const requestedAt = new Date(clock.now());
    const subject = { user, clerkId, standIn: new Types.ObjectId(), isForGood };
    try {
      await erasures.create({ _id: id, requestedAt, places: [], subject, leaseUntil: requestedAt });
      return id;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      const known = await erasures.findOne({ 'subject.user': user }, { _id: 1 }).lean();
      if (!known) throw error;
      return known._id;
    }
  }

  #look(): void {
    this.#isWanted = true;
    this.#running ??= this.#work()
      .catch((error: unknown) => this.#deps.log.error({ err: error }, 'erasing a person is interrupted'))
      .finally(() => {
        this.#running = undefined;
        this.#cancelLook?.();
        if (!this.#isClosed) this.#cancelLook = this.#deps.clock.after(lookMs, () => this.#look());
      });
  }

  async #work(): Promise<void> {
    while (this.#isWanted && !this.#isClosed) {
      this.#isWanted = false;
      for (let job = await this.#take(); job && !this.#isClosed; job = await this.#take())
        await this.#erase(job);
    }
  }

  /** The oldest work that nobody does. */
  async #take(): Promise<Job | undefined> {
    const now = this.#deps.clock.now();
    const doc = await erasureModel(this.#deps.db)
      .findOneAndUpdate(
        { subject: { $exists: true }, leaseUntil: { $lte: new Date(now) } },
        { $set: { owner: this.#owner, leaseUntil: new Date(now + leaseMs) } },
        { sort: { requestedAt: 1 }, returnDocument: 'after' },
      )
      .lean();
    return doc ? toJob(doc) : undefined;
  }

  async #erase(job: Job): Promise<void> {
    const { log } = this.#deps;
    const lease = new Lease(this.#deps, job.id, this.#owner);
    await this.#shutOut(job);
    await ensureStandIn(this.#deps, job.standInId);
    await leaveGroups(this.#deps, { id: job.userId, name: 'Deleted user', email: '', avatar: null });
    const places = this.#deps.dataPlaces.filter((each) => 'erase' in each);
    for (let round = 0; round < roundsMax; round += 1) {
      for (const place of places) {
        if (!(await this.#erasePlace(job, place, lease))) return;
      }
      if (await this.#finish(job, places)) return;
    }
    log.error({ receipt: job.id }, 'a person is still found after they were erased, trying again later');
  }

  /** From then on nobody acts as the person, and who is connected as them is not any more. */
  async #shutOut({ userId, clerkId, isForGood }: Job): Promise<void> {
    await deleteUser(this.#deps, clerkId, { isForGood });
    this.#deps.closeUser(userId, 'userDeleted');
  }

  /** False when the work was taken from this process, or this process ends. */
  async #erasePlace(job: Job, { place, erase, count }: HoldsPersonData, lease: Lease): Promise<boolean> {
    const found = await count(job);
    await erasureModel(this.#deps.db).updateOne(
      { _id: job.id, 'places.place': { $ne: place } },
      { $push: { places: { place, found, remaining: found } } },
    );
    if (found === 0) return lease.renew();
    for await (const _ of erase(job)) {
      if (this.#isClosed || !(await lease.renew())) return false;
    }
    return true;
  }

  async #finish(job: Job, places: readonly HoldsPersonData[]): Promise<boolean> {
    const erasures = erasureModel(this.#deps.db);
    const known = await erasures.findById(job.id).lean();
    const done: ErasedPlace[] = [];
    for (const { place, count } of places) {
      const found = known?.places.find((each) => each.place === place)?.found ?? 0;
      done.push({ place, found, remaining: await count(job) });
    }
    const isDone = done.every(({ remaining }) => remaining === 0);
    if (isDone) await wantCompaction(this.#deps.env);
    await erasures.updateOne(
      { _id: job.id },
      isDone
        ? {
            $set: { places: done, finishedAt: new Date(this.#deps.clock.now()) },
            $unset: { subject: 1, owner: 1, leaseUntil: 1 },
          }
        : { $set: { places: done } },
    );
    return isDone;
  }
}

/** That this process works on something, said again while it does. */
class Lease {
  readonly #deps: ErasingDeps;
  readonly #id: string;
  readonly #owner: string;
  #renewAt: number;

  constructor(deps: ErasingDeps, id: string, owner: string) {
    this.#deps = deps;
    this.#id = id;
    this.#owner = owner;
    this.#renewAt = deps.clock.now() + renewMs;
  }

  /** False once another process has the work. */
  async renew(): Promise<boolean> {
    const now = this.#deps.clock.now();
    if (now < this.#renewAt) return true;
    const { matchedCount } = await erasureModel(this.#deps.db).updateOne(
      { _id: this.#id, owner: this.#owner },
      { $set: { leaseUntil: new Date(now + leaseMs) } },
    );
    this.#renewAt = now + renewMs;
    return matchedCount === 1;
  }
}

function toJob({ _id, subject }: ErasureDoc): Job | undefined {
  return (
    subject && {
      id: _id,
      userId: subject.user.toHexString() as UserId,
      clerkId: subject.clerkId,
      standInId: subject.standIn.toHexString() as UserId,
      isForGood: subject.isForGood,
    }
  );
}
