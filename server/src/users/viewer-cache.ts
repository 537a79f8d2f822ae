import type { User } from '@whisper/shared';
import { createBoundedCache } from '../platform/bounded-cache.ts';
import type { Clock } from '../platform/clock.ts';
import type { Viewer } from '../identity/viewer.ts';

type SharedViewer = Omit<Viewer, 'user' | 'isHidden' | 'email'> & {
  user: User;
  isHidden: boolean;
  email?: string;
};
type Entry = { readonly viewer: SharedViewer; freshUntil: number };

const viewersMax = 10_000;

/** Another process's change is seen after at most this long; this process's own at once. */
const freshForMs = 30_000;

/**
 * The people this process has lately spoken to. Each has one Viewer, shared by all their requests and sockets and
 * changed in place, so that an open socket shows a new name without reconnecting.
 */
export class ViewerCache {
  readonly #clock: Clock;
  readonly #entries = createBoundedCache<string, Entry>(viewersMax);
  readonly #loading = new Map<string, Promise<Viewer>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The person's Viewer; however many ask at once, `load` runs once. Failures are not remembered. */
  async find(clerkId: string, load: () => Promise<Viewer>): Promise<Viewer> {
    const known = this.#entries.get(clerkId);
    if (known && known.freshUntil > this.#clock.now()) return known.viewer;
    const running = this.#loading.get(clerkId);
    if (running) return running;
    const loading = this.#load(clerkId, load);
    this.#loading.set(clerkId, loading);
    try {
      return await loading;
    } finally {
      if (this.#loading.get(clerkId) === loading) this.#loading.delete(clerkId);
    }
  }

  /** Takes over a changed profile. A look-up that began before it counts for nothing. */
  renew(viewer: Viewer): Viewer {
    this.#loading.delete(viewer.clerkId);
    return this.#keep(viewer);
  }

  /** Another process changed the profile: it is read again at the next request, and the Viewer stays the same. */
  doubt(clerkId: string): void {
    this.#loading.delete(clerkId);
    const known = this.#entries.get(clerkId);
    if (known) known.freshUntil = 0;
  }

  /** The same for everybody. */
  doubtAll(): void {
    for (const clerkId of [...this.#entries.keys()]) this.doubt(clerkId);
  }

  /** The person is gone: the next request reads the database. */
  forget(clerkId: string): void {
    this.#loading.delete(clerkId);
    this.#entries.delete(clerkId);
  }

  async #load(clerkId: string, load: () => Promise<Viewer>): Promise<Viewer> {
    // Yields first, so that `find` has noted this very promise before it is compared below.
    await Promise.resolve();
    const mine = this.#loading.get(clerkId);
    const viewer = await load();
    // Renewed or forgotten meanwhile: what was read is of the past.
    return this.#loading.get(clerkId) === mine ? this.#keep(viewer) : this.find(clerkId, load);
  }

  #keep({ id, clerkId, user, isHidden, email }: Viewer): Viewer {
    const viewer = this.#entries.get(clerkId)?.viewer ?? { id, clerkId, user, isHidden };
    viewer.user = user;
    viewer.isHidden = isHidden;
    if (email !== undefined) viewer.email = email;
    this.#entries.set(clerkId, { viewer, freshUntil: this.#clock.now() + freshForMs });
    return viewer;
  }
}
