import { describe, expect, it } from 'vitest';
import { audit } from './audit.ts';
import type { Account, Evidence, StoredMessage } from './evidence.ts';

const stored: StoredMessage[] = [1, 2, 3].map((seq) => ({
  id: `m${seq}`,
  chatId: 'c',
  seq,
  rev: seq,
  clientId: `u${seq}`,
  state: `text ${seq}`,
  comes: [],
  goes: [],
}));

const account = (seenIds: string[], options: Partial<Account> = {}): Account => ({
  who: 'ada',
  person: 'ada',
  chatId: 'c',
  seenIds,
  mayRepeat: false,
  mayReorder: false,
  ...options,
});

const kindsOf = (
  messages: Evidence['stored'],
  accounts: Evidence['accounts'],
  receipts: Evidence['receipts'],
) => audit({ ...nothing, stored: messages, accounts, receipts }).map(({ kind }) => kind);

const nothing: Evidence = { stored: [], accounts: [], receipts: [], marks: [], comparisons: [] };

describe('the audit', () => {
  it('finds nothing when everyone saw everything once and in order', () => {
    expect(kindsOf(stored, [account(['m1', 'm2', 'm3'])], [{ clientId: 'u2', id: 'm2' }])).toEqual([]);
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
    expect(kindsOf(stored, [seen], [])).toEqual([]);
    held.set('m2', 'text before');
    expect(kindsOf(stored, [seen], [])).toEqual(['stale']);
  });

  it('forgives repeats and order where the stream promises neither', () => {
    const loose = { mayRepeat: true, mayReorder: true };
    expect(kindsOf(stored, [account(['m3', 'm1', 'm2', 'm3'], loose)], [])).toEqual([]);
    expect(kindsOf(stored, [account(['m3', 'm1'], loose)], [])).toEqual(['lost']);
  });

  it('finds positions of the log that come out of order', () => {
    const seen = (revs: number[]) => {
      const heard = revs.map((rev) => ({ id: 'm1', rev }));
      return account(['m1', 'm2', 'm3'], { heard, isHeardInOrder: true });
    };
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

  describe('in a group that ada came into with its second message and was put out of with its fourth', () => {
    const group: StoredMessage[] = [1, 2, 3, 4, 5].map((seq) => ({
      id: `m${seq}`,
      chatId: 'c',
      seq,
      rev: seq,
      clientId: `u${seq}`,
      state: `text ${seq}`,
      comes: seq === 1 ? ['olga'] : seq === 2 ? ['ada'] : [],
      goes: seq === 4 ? ['ada'] : [],
    }));

    it('misses nothing of her afterwards', () => {
      expect(kindsOf(group, [account(['m2', 'm3'])], [])).toEqual([]);
      expect(kindsOf(group, [account([])], [])).toEqual([]);
    });

    it('lets her see that she is put out', () => {
      const heard = [{ id: 'm4', rev: 4 }];
      expect(kindsOf(group, [account(['m2', 'm4'], { heard })], [])).toEqual([]);
    });

    it('finds what was served to her before or afterwards', () => {
      expect(kindsOf(group, [account(['m1', 'm2'])], [])).toEqual(['served after removal']);
      expect(kindsOf(group, [account(['m2', 'm5'])], [])).toEqual(['served after removal']);
    });

    it('finds a later change of what she had seen', () => {
      const heard = (rev: number) => account(['m3'], { heard: [{ id: 'm3', rev }] });
      expect(kindsOf(group, [heard(3)], [])).toEqual([]);
      expect(kindsOf(group, [heard(6)], [])).toEqual(['served after removal']);
    });

    it('expects everything again from when she is back', () => {
      const back = { ...(group[4] as StoredMessage), comes: ['ada'] };
      const log = [
        ...group.slice(0, 4),
        back,
        { ...back, id: 'm6', seq: 6, rev: 6, clientId: 'u6', comes: [] },
      ];
      expect(kindsOf(log, [account(['m3', 'm5', 'm6'])], [])).toEqual([]);
      expect(kindsOf(log, [account(['m3', 'm5'])], [])).toEqual(['lost']);
    });
  });

  it('finds a mark that goes back', () => {
    const marks = (told: number[]) => audit({ ...nothing, marks: [{ who: 'ada', what: 'c', told }] });
    expect(marks([1, 1, 5])).toEqual([]);
    expect(marks([1, 5, 4])).toMatchObject([{ kind: 'mark gone back' }]);
  });

  it('finds what is shown otherwise than the server answers', () => {
    const compared = (held: string) =>
      audit({ ...nothing, comparisons: [{ who: 'ada', what: 'ben', held, stored: 'admin' }] });
    expect(compared('admin')).toEqual([]);
    expect(compared('out')).toMatchObject([{ kind: 'stale' }]);
  });
});
