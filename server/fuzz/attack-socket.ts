import fc, { type Arbitrary } from 'fast-check';
import { once } from 'node:events';
import WebSocket from 'ws';
import { hostileCalls, type HostileCall } from './hostile-calls.ts';
import { hostileValues, toJson, torn } from './hostile-text.ts';
import type { Round } from './round.ts';
import { silentMs } from './send-request.ts';
import { shorten } from './witness.ts';

const framesPerRound = 80;
const framesPerProbe = 8;

/** Frames over the WebSocket: calls, streams, stops and nonsense, under few ids so that most are in use already. */
export async function attackSocket(round: Round): Promise<void> {
  const { seed, dice, witness } = round;
  const frames = fc.sample(hostileFrames(round), { numRuns: framesPerRound, seed: dice });
  let socket: AttackSocket | undefined;
  for (const [index, frame] of frames.entries()) {
    if (!socket?.isOpen) socket = await AttackSocket.open(round);
    const sent = shorten(frame.data.toString());
    witness.sends('WebSocket', sent, seed);
    socket.send(frame, sent);
    if (index % framesPerProbe === framesPerProbe - 1) await socket.probe();
  }
  await socket?.probe();
  socket?.close();
}

type Frame = { readonly data: Buffer; readonly isBinary: boolean };

class AttackSocket {
  readonly #socket: WebSocket;
  readonly #round: Round;
  readonly #sent: string[] = [];
  #probes = 0;
  #answered: (id: string) => void = () => undefined;

  private constructor(round: Round) {
    const { url, token } = round;
    this.#round = round;
    this.#socket = new WebSocket(`${url.replace('http', 'ws')}/trpc?connectionParams=1`);
    this.#socket.on('error', () => undefined);
    this.#socket.on('open', () =>
      this.#socket.send(JSON.stringify({ method: 'connectionParams', data: { token } })),
    );
    this.#socket.on('message', (data: Buffer) => this.#receive(data.toString()));
  }

  static async open(round: Round): Promise<AttackSocket> {
    const socket = new AttackSocket(round);
    await once(socket.#socket, 'open').catch(() => undefined);
    return socket;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  send({ data, isBinary }: Frame, sent: string): void {
    this.#sent.push(sent);
    if (this.isOpen) this.#socket.send(data, { binary: isBinary });
  }

  /** Waits until a good call is answered behind all that was sent, or the socket is closed. */
  async probe(): Promise<void> {
    this.#probes += 1;
    const id = `probe-${this.#probes}`;
    const { witness, seed } = this.#round;
    const isHeard = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), silentMs);
      const end = () => {
        clearTimeout(timer);
        resolve(true);
      };
      this.#answered = (answered) => void (answered === id && end());
      if (!this.isOpen) return end();
      this.#socket.once('close', end);
      this.#socket.send(JSON.stringify({ id, method: 'query', params: { path: 'auth.me' } }));
    });
    if (!isHeard)
      witness.find('silence', `a call on the socket waits ${silentMs} ms`, {
        sent: this.#sent.slice(-20),
        seed,
      });
    this.#sent.length = 0;
  }

  close(): void {
    this.#socket.terminate();
  }

  #receive(text: string): void {
    if (text === 'PING') return this.#socket.send('PONG');
    const { name, witness, seed } = this.#round;
    witness.saw({ person: name, text, sent: this.#sent.slice(-framesPerProbe).join('\n'), seed });
    const [, id] = /"id":"(probe-\d+)"/.exec(text) ?? [];
    if (id) this.#answered(id);
  }
}

const ids = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 1, max: 12 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      null,
      0,
      -1,
      1.5,
      2 ** 60,
      '1',
      '',
      '__proto__',
      '\ud800',
      'x'.repeat(5_000),
      true,
      [],
      {},
      { $ne: 1 },
    ),
  },
);

function hostileFrames({ known }: Round): Arbitrary<Frame> {
  const messages = messagesOf(hostileCalls(known));
  const texts = fc.oneof(
    { weight: 12, arbitrary: messages.map(toJson) },
    { weight: 3, arbitrary: fc.array(messages, { maxLength: 10 }).map(toJson) },
    { weight: 1, arbitrary: hostileValues.map(toJson) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          messages.map(toJson).filter((text) => text.length < 2_000),
          fc.constantFrom(100, 501, 5_000),
        )
        .map(([message, count]) => `[${Array.from({ length: count }, () => message).join()}]`),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom('PING', 'PONG', 'ping', '', ' ', '{}', '[]', 'null', '"PING"', '[[]]'),
    },
  );
  const binary = fc.oneof(
    { weight: 15, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.boolean() },
  );
  // Text that is not UTF-8 is for the attack on bytes: here it would only close the socket each time.
  const data = fc.oneof(
    { weight: 20, arbitrary: texts.map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: torn(texts) },
  );
  return fc.record({ data, isBinary: binary });
}

function messagesOf(calls: Arbitrary<HostileCall>): Arbitrary<unknown> {
  const call = fc
    .record({
      id: ids,
      call: calls,
      lastEventId: fc.constantFrom<unknown>(undefined, undefined, '0', 'x', -1, {}),
    })
    .map(({ id, call: { path, kind, input }, lastEventId }) => ({
      id,
      jsonrpc: '2.0',
      method: kind,
      params: { path, input, lastEventId },
    }));
  const wrong = fc.record(
    {
      id: ids,
      method: fc.constantFrom<unknown>(
        'query',
        'mutation',
        'subscription',
        'subscription.stop',
        'connectionParams',
        'reconnect',
        'x',
        '__proto__',
        null,
        1,
        {},
      ),
      params: fc.oneof(
        hostileValues,
        fc.record({ path: hostileValues, input: hostileValues }, { requiredKeys: [] }),
      ),
      data: hostileValues,
    },
    { requiredKeys: [] },
  );
  const stop = ids.map((id) => ({ id, method: 'subscription.stop' }));
  return fc.oneof(
    { weight: 12, arbitrary: call },
    { weight: 2, arbitrary: stop },
    { weight: 2, arbitrary: wrong },
  );
}
