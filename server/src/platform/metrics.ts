import { Counter, Gauge, Histogram, Registry } from 'prom-client';

type Gate = { readonly running: number; readonly waiting: number; readonly refused: number };

type Load = {
  readonly admission: { readonly reads: Gate; readonly writes: Gate };
  readonly held: { readonly total: number };
  readonly strangers: { readonly size: number };
};

type Bus = {
  readonly redis: {
    readonly isAway: boolean;
    readonly stats: Readonly<Record<'lagMs' | 'reconnects' | 'published' | 'dropped', number>>;
  };
  readonly relay: { readonly stats: Readonly<Record<'gaps' | 'repaired' | 'catchUps', number>> };
};

const gateStates = {
  running: 'running now',
  waiting: 'waiting for their turn',
  refused: 'refused since the start, because their person had too many waiting',
} as const;

/** What operators watch, in Prometheus' terms. Names and labels are public: dashboards are built on them. */
export class Metrics {
  readonly #registry = new Registry();

  /** Events handed to subscribers. A plain number: it is counted on the hottest path there is. */
  deliveries = 0;

  readonly replayed = new Histogram({
    name: 'whisper_replayed_messages',
    help: 'Messages replayed to a subscriber that resumed or fell behind.',
    buckets: [0, 1, 10, 100, 1_000, 5_000],
    registers: [this.#registry],
  });
  readonly resets = new Counter({
    name: 'whisper_resets_total',
    help: 'Subscribers told to fetch again because their cursor was too old or foreign.',
    registers: [this.#registry],
  });
  readonly closes = new Counter({
    name: 'whisper_socket_closes_total',
    help: 'Sockets the server closed, by reason; slowReader is a client that did not keep up.',
    labelNames: ['reason'] as const,
    registers: [this.#registry],
  });
  readonly limitHits = new Counter({
    name: 'whisper_rate_limit_hits_total',
    help: 'Calls refused because a person’s budget was spent.',
    labelNames: ['budget'] as const,
    registers: [this.#registry],
  });
  readonly pushes = new Counter({
    name: 'whisper_pushes_total',
    help: 'News of a chat for a device: sent, failed, pruned with the device, or not sent, and why.',
    labelNames: ['result'] as const,
    registers: [this.#registry],
  });
  readonly fileBytes = new Counter({
    name: 'whisper_file_bytes_total',
    help: 'Bytes of files that were uploaded (in) and downloaded (out).',
    labelNames: ['direction'] as const,
    registers: [this.#registry],
  });
  readonly fileTransfers = new Gauge({
    name: 'whisper_file_transfers',
    help: 'Uploads (in) and downloads (out) that are under way.',
    labelNames: ['direction'] as const,
    registers: [this.#registry],
  });
  readonly fileRefusals = new Counter({
    name: 'whisper_file_refusals_total',
    help: 'Files that were not taken, by reason; busy and tooSlow are transfers that may come again.',
    labelNames: ['reason'] as const,
    registers: [this.#registry],
  });
  readonly filesRemoved = new Counter({
    name: 'whisper_files_removed_total',
    help: 'Files that were removed: unsent in time, or deleted with their message or person.',
    labelNames: ['why'] as const,
    registers: [this.#registry],
  });
  readonly sendSeconds = new Histogram({
    name: 'whisper_send_seconds',
    help: 'Time from a message’s arrival until it is durable and announced.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.#registry],
  });

  constructor() {
    const getDeliveries = () => this.deliveries;
    new Counter({
      name: 'whisper_deliveries_total',
      help: 'Events handed to subscribers.',
      registers: [this.#registry],
      collect() {
        this.reset();
        this.inc(getDeliveries());
      },
    });
  }

  /** A value that is read when somebody looks. */
  gauge(name: string, { help, read }: { readonly help: string; readonly read: () => number }): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }

  /** How busy and how full the process is. */
  watchLoad({ admission, held, strangers }: Load): void {
    for (const lane of ['reads', 'writes'] as const) {
      for (const state of ['running', 'waiting', 'refused'] as const) {
        const help = `Calls that ${lane === 'reads' ? 'read' : 'write'}: ${gateStates[state]}.`;
        this.gauge(`whisper_gate_${lane}_${state}`, { help, read: () => admission[lane][state] });
      }
    }
    const help = 'Bytes held for people who do not read, or send slowly, as last checked.';
    this.gauge('whisper_held_bytes', { help, read: () => held.total });
    this.gauge('whisper_strangers', {
      help: 'Connections on which nobody has signed in.',
      read: () => strangers.size,
    });
  }

  /** What goes between this process and others, and what of it got lost on the way. */
  watchBus({ redis, relay }: Bus): void {
    const values: readonly (readonly [string, string, () => number])[] = [
      ['up', '1 while Redis answers.', () => (redis.isAway ? 0 : 1)],
      ['lag_seconds', 'How long a message to itself took last.', () => redis.stats.lagMs / 1_000],
      ['reconnects_total', 'Times that Redis was away and came back.', () => redis.stats.reconnects],
      ['published_total', 'Events sent to other processes.', () => redis.stats.published],
      ['dropped_total', 'Events not sent because Redis was away.', () => redis.stats.dropped],
      [
        'catch_ups_total',
        'Times that the logs of all followed chats were compared.',
        () => relay.stats.catchUps,
      ],
      [
        'relay_gaps_total',
        'Times that events of a chat were missing and read again.',
        () => relay.stats.gaps,
      ],
      [
        'relay_repaired_total',
        'Events that were read because they had not come.',
        () => relay.stats.repaired,
      ],
    ];
    for (const [name, help, read] of values) this.gauge(`whisper_bus_${name}`, { help, read });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything, in Prometheus' text format. */
  render(): Promise<string> {
    return this.#registry.metrics();
  }
}
