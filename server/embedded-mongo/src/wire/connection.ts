import type { Socket } from 'node:net';
import type { ConnectionInfo } from '../commands/command.ts';
import { encodeReply } from '../commands/reply.ts';
import { errorReply, runCommand } from '../commands/run-command.ts';
import type { Engine } from '../engine/engine.ts';
import { FrameReader } from './frame-reader.ts';
import { frameReply, parseMessage } from './message.ts';
import type { Outbox } from './outbox.ts';

export type Served = { readonly engine: Engine; readonly outbox: Outbox };

/**
 * Serves one client until it leaves: one command at a time, in the order sent. A message that cannot be read ends the
 * connection with an error reply; nothing a client sends ends the process.
 */
export class Connection {
  readonly #served: Served;
  readonly #socket: Socket;
  readonly #info: ConnectionInfo;
  readonly #frames = new FrameReader();
  readonly #waiting: Buffer[] = [];
  #isAnswering = false;
  #isInLoop = false;
  /** Nothing more will come: the client has ended its side, or sent what cannot be read. */
  #isEnding = false;
  #failure: unknown;

  constructor(served: Served, socket: Socket, info: ConnectionInfo) {
    this.#served = served;
    this.#socket = socket;
    this.#info = info;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('end', () => this.#end());
  }

  #receive(chunk: Buffer): void {
    if (this.#isEnding) return;
    try {
      for (const frame of this.#frames.push(chunk)) this.#waiting.push(frame);
    } catch (error) {
      this.#end(error);
    }
    this.#answerWaiting();
    if (this.#waiting.length > 0) this.#socket.pause();
  }

  #end(failure?: unknown): void {
    this.#isEnding = true;
    this.#failure ??= failure;
    this.#answerWaiting();
  }

  /** In a loop, not from each reply to the next: thousands may be answered at once with an error. */
  #answerWaiting(): void {
    if (this.#isInLoop) return;
    this.#isInLoop = true;
    while (!this.#isAnswering) {
      const frame = this.#waiting.shift();
      if (!frame) break;
      this.#answer(frame);
    }
    this.#isInLoop = false;
    if (this.#isAnswering) return;
    if (this.#isEnding) this.#close();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  #answer(frame: Buffer): void {
    this.#isAnswering = true;
    try {
      const request = parseMessage(frame);
      runCommand(this.#served.engine, { ...request, connection: this.#info }, (reply) => {
        if (!reply) this.#socket.destroy();
        else if (request.isReplyExpected) this.#send(frameReply(request, reply));
        else this.#answered();
      });
    } catch (error) {
      this.#waiting.length = 0;
      this.#isAnswering = false;
      this.#isEnding = true;
      this.#failure ??= error;
    }
  }

  /** The next command is answered when the client has read this reply. */
  #send(reply: readonly Buffer[]): void {
    if (!this.#socket.writable) return;
    const unread = this.#served.outbox.send(this.#socket, reply);
    if (unread) void unread.then(() => this.#answered());
    else this.#answered();
  }

  #answered(): void {
    this.#isAnswering = false;
    this.#answerWaiting();
  }

  #close(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined && this.#socket.writable) {
      const reply = frameReply({ requestId: 0, protocol: 'msg' }, encodeReply(errorReply(failure)));
      void this.#served.outbox.send(this.#socket, reply);
    }
    this.#socket.destroySoon();
  }
}
