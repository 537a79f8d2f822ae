import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { isPrivateNetwork, toNetwork } from './client-address.ts';

/** Connections of which nobody knows whose they are: at once from one address, and from all. */
export const strangerBounds = { perAddressMax: 256, totalMax: 4_096 } as const;

/**
 * The connections on which nobody has signed in. One too many takes the place of the oldest of the address that has
 * most, so that whoever holds many loses them and nobody else is refused. A proxy's connections are many people's:
 * those from a private network have no bound of their own.
 */
export class Strangers {
  readonly #byAddress = new Map<string, Set<Socket>>();
  readonly #followed = new WeakSet<Socket>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  follow(http: Server): void {
    http.on('connection', (socket: Socket) => this.add(socket));
  }

  add(socket: Socket): void {
    const address = toNetwork(socket.remoteAddress);
    const sockets = this.#byAddress.get(address) ?? new Set();
    // One that offered an upgrade nobody takes begins again on the same socket.
    if (this.#followed.has(socket)) return;
    this.#followed.add(socket);
    this.#byAddress.set(address, sockets.add(socket));
    this.#size += 1;
    socket.once('close', () => this.welcome(socket, address));
    const { perAddressMax, totalMax } = strangerBounds;
    if (sockets.size > perAddressMax && !isPrivateNetwork(address)) this.#endOldest(sockets);
    else if (this.#size > totalMax) this.#endOldest(this.#largest());
  }

  /** Somebody signed in on it. Again is harmless. */
  welcome(socket: Socket, address = toNetwork(socket.remoteAddress)): void {
    const sockets = this.#byAddress.get(address);
    if (!sockets?.delete(socket)) return;
    this.#size -= 1;
    if (sockets.size === 0) this.#byAddress.delete(address);
  }

  #endOldest(sockets: ReadonlySet<Socket>): void {
    const [oldest] = sockets;
    if (!oldest) return;
    this.welcome(oldest);
    oldest.destroy();
  }

  #largest(): ReadonlySet<Socket> {
    let largest: ReadonlySet<Socket> = new Set();
    for (const sockets of this.#byAddress.values()) if (sockets.size > largest.size) largest = sockets;
    return largest;
  }
}
