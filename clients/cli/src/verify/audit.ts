/** One message as the database holds it at the end. */
export type StoredMessage = {
  readonly id: string;
  readonly chatId: string;
  readonly rev: number;
  readonly clientId: string;
};

/** What one client saw of one chat, by the messages' ids, in the order it saw them. */
export type Account = {
  readonly who: string;
  readonly chatId: string;
  readonly seenIds: readonly string[];
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
  for (const { chatId, rev, clientId } of stored) {
    if (clientIds.has(clientId)) findings.push({ kind: 'stored twice', detail: clientId });
    clientIds.add(clientId);
    const head = heads.get(chatId) ?? 0;
    if (rev !== head + 1) findings.push({ kind: 'hole', detail: `${chatId} has ${rev} after ${head}` });
    heads.set(chatId, rev);
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
  const revOf = new Map(expected.map(({ id, rev }) => [id, rev]));
  const seen = new Set<string>();
  const findings: Finding[] = [];
  const find = (kind: Finding['kind'], detail: string) =>
    findings.push({ kind, detail: `${account.who}: ${detail}` });

  let highest = 0;
  for (const id of account.seenIds) {
    const rev = revOf.get(id);
    if (rev === undefined) find('unstored', `saw ${id}, which is not there`);
    else if (seen.has(id) && !account.mayRepeat) find('duplicated', `message ${rev}`);
    else if (!seen.has(id) && rev < highest && !account.mayReorder)
      find('reordered', `message ${rev} after ${highest}`);
    seen.add(id);
    highest = Math.max(highest, rev ?? 0);
  }
  for (const { id, rev } of expected) if (!seen.has(id)) find('lost', `message ${rev}`);
  return findings;
}
