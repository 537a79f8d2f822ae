import type { Contender } from '../contender.ts';
import { Peer } from '../../src/testing/peer.ts';
import type { LoadRequest } from './load-process.ts';
import type { ContenderName, ServerRequest } from './server-process.ts';

export const names: readonly ContenderName[] = ['raw ws', 'Socket.IO', 'stock tRPC', 'Whisper'];

type Address = Pick<Contender, 'port' | 'wire'>;

/** A contender in a process of its own, and the process that makes its load. */
export class Pair implements AsyncDisposable {
  readonly server = Peer.start(new URL('./server-process.ts', import.meta.url));
  readonly load = Peer.start(new URL('./load-process.ts', import.meta.url));
  #address: Address | undefined;

  async connect(name: ContenderName, count: number): Promise<void> {
    const start: ServerRequest = { kind: 'start', name };
    this.#address = await this.server.ask<Address>(start);
    await this.grow(count);
  }

  /** Connects until there are this many. */
  async grow(count: number): Promise<void> {
    if (this.#address) await this.askLoad({ kind: 'connect', ...this.#address, count });
  }

  askServer<Answer>(request: ServerRequest): Promise<Answer> {
    return this.server.ask(request);
  }

  askLoad<Answer>(request: LoadRequest): Promise<Answer> {
    return this.load.ask(request);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.load[Symbol.asyncDispose]();
  }
}
