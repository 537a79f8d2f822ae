import type { Account, Evidence, MarkAccount, Receipt, StoredMessage } from './evidence.ts';
import { membershipOf } from './membership.ts';

/** In the order of the report. */
export const findingKinds = [
  'lost',
  'duplicated',
  'reordered',
  'unstored',
  'stored twice',
  'hole',
  'stale',
  'served after removal',
  'mark gone back',
  'unsettled',
] as const;

export type Finding = {
  readonly kind: (typeof findingKinds)[number];
  readonly detail: string;
};

/** Compares what clients saw and were promised with the database. Finding nothing is the proof. */
export function audit({ stored, accounts, receipts, marks, comparisons }: Evidence): Finding[] {
  return [
    ...checkStore(stored),
    ...checkReceipts(stored, receipts),
    ...accounts.flatMap((account) => checkAccount(stored, account)),
    ...marks.flatMap(checkMarks),
    ...comparisons
      .filter(({ held, stored: is }) => held !== is)
      .map(({ who, what, held, stored: is }): Finding => {
        return { kind: 'stale', detail: `${who}: ${what} is held as ${held}, not ${is}` };
      }),
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

function checkMarks({ who, what, told }: MarkAccount): Finding[] {
  return told.flatMap((mark, index): Finding[] => {
    const before = told[index - 1] ?? 0;
    return mark < before
      ? [{ kind: 'mark gone back', detail: `${who}: ${what} at ${mark} after ${before}` }]
      : [];
  });
}

function checkAccount(stored: readonly StoredMessage[], account: Account): Finding[] {
  const log = stored.filter(({ chatId }) => chatId === account.chatId);
  return [...checkSeen(log, account), ...checkHeard(log, account), ...checkHeld(log, account)];
}

/** Nothing twice, out of order or made up, and nothing that was not this person's to see. */
function checkSeen(log: readonly StoredMessage[], account: Account): Finding[] {
  const seqOf = new Map(log.map(({ id, seq }) => [id, seq]));
  const { mayHaveSeen } = membershipOf(log, account.person);
  const seen = new Set<string>();
  let highest = 0;
  return account.seenIds.flatMap((id): Finding[] => {
    const seq = seqOf.get(id);
    if (seq === undefined) return [toFinding('unstored', account, `saw ${id}, which is not there`)];
    const isRepeated = seen.has(id);
    const isLate = !isRepeated && seq < highest;
    const findings = [
      isRepeated && !account.mayRepeat && toFinding('duplicated', account, `message ${seq}`),
      isLate && !account.mayReorder && toFinding('reordered', account, `message ${seq} after ${highest}`),
      !mayHaveSeen(seq) && toFinding('served after removal', account, `message ${seq}`),
    ];
    seen.add(id);
    highest = Math.max(highest, seq);
    return findings.filter((finding) => finding !== false);
  });
}

function checkHeard(log: readonly StoredMessage[], account: Account): Finding[] {
  const seqOf = new Map(log.map(({ id, seq }) => [id, seq]));
  const { mayHaveSeen } = membershipOf(log, account.person);
  const { heard = [], isHeardInOrder = false } = account;
  return heard.flatMap(({ id, rev }, index): Finding[] => {
    const before = heard[index - 1]?.rev ?? 0;
    const seq = seqOf.get(id) ?? 0;
    const findings = [
      isHeardInOrder && rev <= before && toFinding('reordered', account, `position ${rev} after ${before}`),
      seq > 0 &&
        mayHaveSeen(seq) &&
        !mayHaveSeen(seq, rev) &&
        toFinding('served after removal', account, `change ${rev} of message ${seq}`),
    ];
    return findings.filter((finding) => finding !== false);
  });
}

/** Everything that is shown to the person at the end, as it is then. */
function checkHeld(log: readonly StoredMessage[], account: Account): Finding[] {
  const { isShown } = membershipOf(log, account.person);
  const seen = new Set(account.seenIds);
  return log
    .filter(({ seq }) => isShown(seq) && seq > (account.afterSeq ?? 0))
    .flatMap(({ id, seq, state }): Finding[] => {
      const held = account.states?.get(id);
      const asItIs = held === state ? ', though it is held as it is' : '';
      if (!seen.has(id)) return [toFinding('lost', account, `message ${seq}${asItIs}`)];
      if (!account.states || held === state) return [];
      return [toFinding('stale', account, `message ${seq} is held as ${held}, not ${state}`)];
    });
}

function toFinding(kind: Finding['kind'], { who }: Account, detail: string): Finding {
  return { kind, detail: `${who}: ${detail}` };
}
