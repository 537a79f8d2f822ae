export const findingKinds = [
  'death',
  'server error',
  'leak',
  'lost',
  'silence',
  'error log',
  'slow /livez',
  'growth',
] as const;

export type Finding = {
  readonly kind: (typeof findingKinds)[number];
  readonly detail: string;
  /** What was sent, shortened, newest last; the seed of its round begins with the same values. */
  readonly sent: readonly string[];
  readonly seed: number;
};

export type Seen = {
  /** Whose token it came to; undefined for nobody's. */
  readonly person: string | undefined;
  readonly text: string;
  readonly status?: number;
  readonly sent: string;
  readonly seed: number;
};

/** Words that no answer holds and that no attack sends. */
const inside = /E11000|Cast to |node_modules|\bat \S+ \(.+:\d+:\d+\)|INTERNAL_SERVER_ERROR/;
const recentMax = 400;
const keptPerKind = 5;

/** Looks at all that anybody is answered or told, and writes down what should not be there. */
export class Witness {
  readonly findings: Finding[] = [];
  readonly counts = new Map<string, number>();
  /** Who may read what carries a marker. */
  readonly #readers = new Map<string, readonly string[]>();
  readonly #recent: string[] = [];
  /** The web app and the panel are built; a page that is not is answered with 503. */
  areBuilt = true;
  /** Of the newest round. */
  seed: number;

  constructor(seed: number) {
    this.seed = seed;
  }

  protect(marker: string, readers: readonly string[]): void {
    this.#readers.set(marker, readers);
  }

  /** What goes out, so that a death can be told with what came before it. */
  sends(wire: string, sent: string, seed: number): void {
    this.count(`sent over ${wire}`);
    this.seed = seed;
    this.#recent.push(`${wire}: ${sent}`);
    if (this.#recent.length > recentMax) this.#recent.splice(0, recentMax / 2);
  }

  saw({ person, text, status = 0, sent, seed }: Seen): void {
    this.count('answers and events searched');
    if (status > 0) this.count(`status ${status}`);
    const found = (kind: Finding['kind'], detail: string) => this.find(kind, detail, { sent: [sent], seed });
    if (status >= 500 && (this.areBuilt || status !== 503))
      found('server error', `status ${status}: ${text.slice(0, 500)}`);
    const word = inside.exec(text)?.[0];
    if (word) found('server error', `“${word}” in ${around(text, word)}`);
    for (const [marker, readers] of this.#readers) {
      if ((person && readers.includes(person)) || !text.includes(marker)) continue;
      found(
        'leak',
        `${person ?? 'nobody'} was told what ${readers.join(' and ')} say: ${around(text, marker)}`,
      );
    }
  }

  /** `where`: what was sent; the newest of everything unless it is known better. */
  find(kind: Finding['kind'], detail: string, where?: Pick<Finding, 'sent' | 'seed'>): void {
    this.count(`found: ${kind}`);
    if (this.findings.filter((finding) => finding.kind === kind).length >= keptPerKind) return;
    this.findings.push({
      kind,
      detail,
      ...(where ?? { sent: this.#recent.slice(-20).map((each) => each.slice(0, 300)), seed: this.seed }),
    });
  }

  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }
}

function around(text: string, word: string): string {
  const at = text.indexOf(word);
  return text.slice(Math.max(0, at - 150), at + 150);
}

const tokens = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g;

/** Enough of it to send it again; the whole is had again with the seed. */
export function shorten(text: string): string {
  const told = text.replace(tokens, 'TOKEN');
  return told.length <= 1_000 ? told : `${told.slice(0, 900)}… (${text.length} characters)`;
}
