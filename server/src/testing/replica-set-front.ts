import { mongo } from 'mongoose';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

const { BSON } = mongo;
type Document = mongo.BSON.Document;

/** What goes wrong with the next command of that name. */
export type WireFault = {
  readonly command: string;
  /** Answers with this and does nothing; or does it, and the connection ends; or does it, and answers with this as well. */
  readonly refusal?: Document;
  readonly dropsAnswer?: true;
  readonly addition?: Document;
  /** The connection ends, and the command is on its way until this is called with what lets it arrive. */
  readonly holds?: (arrive: () => void) => void;
};

const headerBytes = 16;
const opReply = 1;
const opMsg = 2013;
const setName = 'rs0';

/**
 * Makes a standalone store look like the primary of a replica set, as far as a driver can tell: it says so, and it does a
 * write that is asked for again under the same transaction number once, and gives the same answer. Faults are made here,
 * between the two. One member: after a failure the driver finds it again.
 */
export class ReplicaSetFront implements AsyncDisposable {
  readonly faults: WireFault[] = [];
  /** Commands that came, repeats of the driver's own included. */
  readonly asked: string[] = [];
  readonly #store: { readonly path: string } | { readonly host: string; readonly port: number };
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #answered = new Map<string, Buffer>();

  private constructor(storeUri: string) {
    this.#store = placeOf(storeUri);
    this.#server = createServer((client) => this.#join(client));
  }

  static async open(storeUri: string): Promise<ReplicaSetFront> {
    const front = new ReplicaSetFront(storeUri);
    front.#server.listen(0, '127.0.0.1');
    await once(front.#server, 'listening');
    return front;
  }

  uriOf(database: string): string {
    return `mongodb://${this.#address}/${database}?replicaSet=${setName}&w=majority`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  get #address(): string {
    const address = this.#server.address();
    return `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  }

  #join(client: Socket): void {
    const store = connect(this.#store);
    const waiting = new Map<number, (answer: Buffer) => void>();
    for (const [from, to] of [
      [client, store],
      [store, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
    eachMessage(store, (answer) => waiting.get(answer.readInt32LE(8))?.(answer));
    eachMessage(client, (message) => {
      const { forwarded, answerTo } = this.#receive(client, message);
      if (!forwarded) return;
      waiting.set(message.readInt32LE(4), answerTo);
      store.write(forwarded);
    });
  }

  /** What the store is to be told, if anything, and what becomes of its answer. */
  #receive(client: Socket, message: Buffer): { forwarded?: Buffer; answerTo: (answer: Buffer) => void } {
    const id = message.readInt32LE(4);
    const reply = (answer: Buffer) => {
      answer.writeInt32LE(id, 8);
      client.write(answer);
    };
    if (message.readInt32LE(12) !== opMsg) return { forwarded: message, answerTo: this.#toPrimary(reply) };
    const { body, rest } = readMessage(message);
    const [name = ''] = Object.keys(body);
    if (/^(hello|isMaster)$/i.test(name)) return { forwarded: message, answerTo: this.#toPrimary(reply) };
    this.asked.push(name);
    const number = transactionOf(body);
    const at = this.faults.findIndex(({ command }) => command === name);
    const [fault] = at === -1 ? [] : this.faults.splice(at, 1);
    if (fault?.refusal) {
      reply(writeMessage({ ok: 0, ...fault.refusal }));
      return { answerTo: () => undefined };
    }
    if (fault?.holds) {
      client.destroy();
      const late = withoutTransaction(message, body, rest);
      fault.holds(() => void connect(this.#store).end(late));
      return { answerTo: () => undefined };
    }
    const finish = (answer: Buffer) => {
      if (number !== undefined) this.#answered.set(number, Buffer.from(answer));
      if (fault?.dropsAnswer) return void client.destroy();
      reply(fault?.addition ? withFields(answer, fault.addition) : answer);
    };
    const before = number === undefined ? undefined : this.#answered.get(number);
    if (before) {
      finish(before);
      return { answerTo: () => undefined };
    }
    return { forwarded: withoutTransaction(message, body, rest), answerTo: finish };
  }

  /** The store says hello as one that is alone. */
  #toPrimary(reply: (answer: Buffer) => void): (answer: Buffer) => void {
    const me = this.#address;
    return (answer) => reply(withFields(answer, { setName, setVersion: 1, hosts: [me], primary: me, me }));
  }
}

function placeOf(uri: string) {
  const [, encoded = ''] = /^mongodb:\/\/([^/]+)/.exec(uri) ?? [];
  const place = decodeURIComponent(encoded);
  if (place.startsWith('/')) return { path: place };
  const [host = '', port = '27017'] = place.split(':');
  return { host, port: Number(port) };
}

function eachMessage(socket: Socket, hear: (message: Buffer) => void): void {
  let held = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= headerBytes && held.length >= held.readInt32LE(0)) {
      const message = Buffer.from(held.subarray(0, held.readInt32LE(0)));
      held = held.subarray(message.length);
      hear(message);
    }
  });
}

/** Where the document of a message begins: an OP_MSG has flags and the kind of its first section before it. */
const bodyAt = (message: Buffer) => headerBytes + (message.readInt32LE(12) === opReply ? 20 : 5);

function readMessage(message: Buffer): { body: Document; rest: Buffer } {
  const start = bodyAt(message);
  const end = start + message.readInt32LE(start);
  const body = BSON.deserialize(message.subarray(start, end), { promoteValues: false });
  return { body, rest: message.subarray(end) };
}

function writeMessage(body: Document): Buffer {
  const head = Buffer.alloc(headerBytes + 5);
  head.writeInt32LE(opMsg, 12);
  return joined(head, body, Buffer.alloc(0));
}

function withFields(message: Buffer, fields: Document): Buffer {
  const { body, rest } = readMessage(message);
  return joined(message.subarray(0, bodyAt(message)), { ...body, ...fields }, rest);
}

function withoutTransaction(message: Buffer, { txnNumber: _, ...body }: Document, rest: Buffer): Buffer {
  return joined(message.subarray(0, bodyAt(message)), body, rest);
}

function joined(head: Buffer, body: Document, rest: Buffer): Buffer {
  const message = Buffer.concat([head, BSON.serialize(body), rest]);
  message.writeInt32LE(message.length, 0);
  return message;
}

function transactionOf({ lsid, txnNumber }: Document): string | undefined {
  return txnNumber === undefined ? undefined : `${BSON.EJSON.stringify(lsid)} ${String(txnNumber)}`;
}
