/** One message as the database holds it at the end. */
export type StoredMessage = {
  readonly id: string;
  readonly chatId: string;
  readonly seq: number;
  readonly clientId: string;
  /** What can change of it, in words that two of the same state have in common. */
  readonly state: string;
};

/** What one client saw of one chat, by the messages' ids, in the order it saw them. */
export type Account = {
  readonly who: string;
  readonly chatId: string;
  readonly seenIds: readonly string[];
  /** The state in which it holds each message at the end; nothing for a client that only hears of new ones. */
  readonly states?: ReadonlyMap<string, string>;
  /** The positions of the log in the order it heard of them, which is theirs. */
  readonly revs?: readonly number[];
  /** Repeats are a fault only where the stream promises none. */
  readonly mayRepeat: boolean;
  /** Order is a fault only where the stream promises one. */
  readonly mayReorder: boolean;
};

/** A message the server said it had stored. */
export type Receipt = { readonly clientId: string; readonly id: string };

/** In the order of the report. */
export const findingKinds = [
  'lost',
  'duplicated',
  'reordered',
  'unstored',
  'stored twice',
  'hole',
  'stale',
  'unsettled',
] as const;

export type Finding = {
  readonly kind: (typeof findingKinds)[number];
  readonly detail: string;
};

/** Compares every account and every receipt with the database. Finding nothing is the proof. */
export function audit(
  stored: readonly StoredMessage[],
  accounts: readonly Account[],
  receipts: readonly Receipt[],
): Finding[] {
  return [
    ...checkStore(stored),
    ...checkReceipts(stored, receipts),
    ...accounts.flatMap((account) => checkAccount(stored, account)),
  ];
}

function checkStore(stored: readonly StoredMessage[]): Finding[] {
  const findings: Finding[] = [];
  const clientIds = new Set<string>();
  const heads = new Map<string, number>();
  for (const { chatId, seq, clientId } of stored) {
    if (clientIds.has(clientId)) findings.push({ kind: 'stored twice', detail: clientId });
    clientIds.add(clientId);
    const head = heads.get(chatId) ?? 0;
    if (seq !== head + 1) findings.push({ kind: 'hole', detail: `${chatId} has ${seq} after ${head}` });
    heads.set(chatId, seq);
  }
  return findings;
}

function checkReceipts(stored: readonly StoredMessage[], receipts: readonly Receipt[]): Finding[] {
  const idOf = new Map(stored.map(({ clientId, id }) => [clientId, id]));
  return receipts
    .filter(({ clientId, id }) => idOf.get(clientId) !== id)
    .map(
      ({ clientId, id }): Finding => ({
        kind: 'unstored',
        detail: `${id}, acknowledged for ${clientId}, is ${idOf.has(clientId) ? 'another message' : 'not there'}`,
      }),
    );
}

function checkAccount(stored: readonly StoredMessage[], account: Account): Finding[] {
  const expected = stored.filter(({ chatId }) => chatId === account.chatId);
  const seqOf = new Map(expected.map(({ id, seq }) => [id, seq]));
  const seen = new Set<string>();
  const findings: Finding[] = [];
  const find = (kind: Finding['kind'], detail: string) =>
    findings.push({ kind, detail: `${account.who}: ${detail}` });

  const { revs = [] } = account;
  for (const [index, rev] of revs.entries()) {
    const before = revs[index - 1] ?? 0;
    if (rev <= before) find('reordered', `position ${rev} after ${before}`);
  }
  let highest = 0;
  for (const id of account.seenIds) {
    const seq = seqOf.get(id);
    if (seq === undefined) find('unstored', `saw ${id}, which is not there`);
    else if (seen.has(id) && !account.mayRepeat) find('duplicated', `message ${seq}`);
    else if (!seen.has(id) && seq < highest && !account.mayReorder)
      find('reordered', `message ${seq} after ${highest}`);
    seen.add(id);
    highest = Math.max(highest, seq ?? 0);
  }
  for (const { id, seq, state } of expected) {
    const held = account.states?.get(id);
    if (!seen.has(id)) find('lost', `message ${seq}${held === state ? ', though it is held as it is' : ''}`);
    else if (account.states && held !== state)
      find('stale', `message ${seq} is held as ${held}, not ${state}`);
  }
  return findings;
}
