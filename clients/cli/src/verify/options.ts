import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { playWords, type Play } from './faults.ts';

export type VerifyOptions = {
  /** Undefined: start a server of our own, and kill it. */
  readonly url: string | undefined;
  /** Processes of our own server, over one database and one Redis. */
  readonly nodes: number;
  readonly seconds: number;
  /** Talk on, if need be, until so many messages have been sent. */
  readonly messages: number;
  /** End earlier, when so many faults have been made. */
  readonly faults: number;
  /** Done in the place of faults by chance. */
  readonly play?: Play | undefined;
  /** How long clients may catch up after the last fault. What is missing then counts as lost. */
  readonly settleSeconds: number;
  readonly hasChaos: boolean;
  readonly seed: number;
  /** Modules loaded into our own server before it starts: how tests plant faults in it. */
  readonly preload: readonly string[];
};

export const usage = `Proves on your machine that nothing is lost, doubled or reordered.

  npm run verify -- [--url URL] [--nodes N] [--seconds N] [--faults N] [--chaos] [--seed N]

  --url      a development server that runs already; left out, one is started here and killed -9 again and again
  --nodes    with N nodes of our own behind one address, over one store and one Redis, which are broken too (needs redis-server)
  --seconds  how long people talk (default 30, with --faults for as long as those take)
  --messages talk on until so many messages have been sent
  --faults   stop when so many faults have been made, if that comes first
  --play     "outage" takes Redis away for those seconds, "rolling" restarts one server after the other (with --nodes)
  --settle   how long everyone may take to catch up at the end, in seconds (default 60)
  --chaos    also with --url: drop sockets and stop reading from them (always done without --url)
  --seed     the seed a report named, for the same schedule of faults

Clients on both wires talk and read through kills, drops and slow reading, in direct chats and in a group whose people
come and go; then what each saw is compared with what the database holds. Ends with 0 when everything agrees, with 1 when not. Rate limits should be off on the server.`;

/** Undefined when help was asked for. Throws on anything it does not understand. */
export function readOptions(args: readonly string[]): VerifyOptions | undefined {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      url: { type: 'string' },
      nodes: { type: 'string', default: '1' },
      seconds: { type: 'string' },
      messages: { type: 'string', default: '0' },
      faults: { type: 'string' },
      play: { type: 'string' },
      settle: { type: 'string', default: '60' },
      chaos: { type: 'boolean', default: false },
      seed: { type: 'string', default: String(randomInt(2 ** 31)) },
      preload: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    url: values.url?.replace(/\/+$/, ''),
    nodes: toPositive('nodes', values.nodes),
    seconds: toPositive('seconds', values.seconds ?? (values.faults === undefined ? '30' : 'Infinity')),
    messages: toPositive('messages', values.messages),
    faults: toPositive('faults', values.faults ?? 'Infinity'),
    play: toPlay(values.play),
    settleSeconds: toPositive('settle', values.settle),
    hasChaos: values.chaos || values.url === undefined,
    seed: toPositive('seed', values.seed),
    preload: values.preload,
  };
}

function toPlay(text: string | undefined): Play | undefined {
  const plays = Object.keys(playWords) as Play[];
  const play = plays.find((each) => each === text);
  if (text === undefined || play) return play;
  throw new Error(`--play wants ${plays.join(' or ')}, not "${text}".\n\n${usage}`);
}

function toPositive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isNaN(value) || value < 0)
    throw new Error(`--${name} wants a number, not "${text}".\n\n${usage}`);
  return value;
}
