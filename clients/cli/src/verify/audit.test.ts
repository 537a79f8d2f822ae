import { describe, expect, it } from 'vitest';
import { audit, type Account, type StoredMessage } from './audit.ts';

const stored: StoredMessage[] = [1, 2, 3].map((seq) => ({
  id: `m${seq}`,
  chatId: 'c',
  seq,
  clientId: `u${seq}`,
  state: `text ${seq}`,
}));

const account = (seenIds: string[], options: Partial<Account> = {}): Account => ({
  who: 'ada',
  chatId: 'c',
  seenIds,
  mayRepeat: false,
  mayReorder: false,
  ...options,
});

const kindsOf = (...args: Parameters<typeof audit>) => audit(...args).map(({ kind }) => kind);

describe('the audit', () => {
  it('finds nothing when everyone saw everything once and in order', () => {
    expect(audit(stored, [account(['m1', 'm2', 'm3'])], [{ clientId: 'u2', id: 'm2' }])).toEqual([]);
  });

  it('finds what was lost, repeated, reordered or invented', () => {
    expect(kindsOf(stored, [account(['m1', 'm3'])], [])).toEqual(['lost']);
    expect(kindsOf(stored, [account(['m1', 'm2', 'm2', 'm3'])], [])).toEqual(['duplicated']);
    expect(kindsOf(stored, [account(['m1', 'm3', 'm2'])], [])).toEqual(['reordered']);
    expect(kindsOf(stored, [account(['m1', 'm2', 'm3', 'm4'])], [])).toEqual(['unstored']);
  });

  it('finds a change that a client does not hold, where it holds states at all', () => {
    const held = new Map(stored.map(({ id, state }) => [id, state]));
    const seen = account(['m1', 'm2', 'm3'], { states: held });
    expect(audit(stored, [seen], [])).toEqual([]);
    held.set('m2', 'text before');
    expect(kindsOf(stored, [seen], [])).toEqual(['stale']);
  });

  it('forgives repeats and order where the stream promises neither', () => {
    const loose = { mayRepeat: true, mayReorder: true };
    expect(audit(stored, [account(['m3', 'm1', 'm2', 'm3'], loose)], [])).toEqual([]);
    expect(kindsOf(stored, [account(['m3', 'm1'], loose)], [])).toEqual(['lost']);
  });

  it('finds positions of the log that come out of order', () => {
    const seen = (revs: number[]) => account(['m1', 'm2', 'm3'], { revs });
    expect(kindsOf(stored, [seen([1, 2, 5])], [])).toEqual([]);
    expect(kindsOf(stored, [seen([1, 5, 2])], [])).toEqual(['reordered']);
  });

  it('finds acknowledged messages that are not there, or are others', () => {
    expect(kindsOf(stored, [], [{ clientId: 'u9', id: 'm9' }])).toEqual(['unstored']);
    expect(kindsOf(stored, [], [{ clientId: 'u1', id: 'm2' }])).toEqual(['unstored']);
  });

  it('finds holes in the numbers and messages stored twice', () => {
    const [first, second, third] = stored as [StoredMessage, StoredMessage, StoredMessage];
    expect(kindsOf([first, third], [], [])).toEqual(['hole']);
    expect(kindsOf([first, second, { ...third, clientId: 'u1' }], [], [])).toEqual(['stored twice']);
  });
});
