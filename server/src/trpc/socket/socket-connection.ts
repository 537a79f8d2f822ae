import type { CloseReason, UserId } from '@whisper/shared';
import type { Connection } from '../../realtime/connections.ts';
import type { TrpcSocket } from './trpc-socket.ts';

/** A socket of which it is known whose it is. */
export class SocketConnection implements Connection {
  readonly id: string;
  readonly userId: UserId;
  readonly #socket: TrpcSocket;

  constructor(socket: TrpcSocket, userId: UserId) {
    this.id = socket.id;
    this.userId = userId;
    this.#socket = socket;
  }

  get sessionId(): string | null {
    return this.#socket.sessionId;
  }

  close(reason: CloseReason): void {
    this.#socket.close(reason);
  }

  notifyDraining(): void {
    this.#socket.notifyDraining();
  }
}
