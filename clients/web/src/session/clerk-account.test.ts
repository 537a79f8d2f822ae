import { beforeEach, describe, expect, it } from 'vitest';
import { Notes } from '../store/notes.ts';
import { ClerkAccount } from './clerk-account.ts';

let account: ClerkAccount;
beforeEach(() => {
  account = new ClerkAccount(new Notes(null));
});

describe('who is signed in with Clerk', () => {
  it('is nobody until Clerk has named somebody', () => {
    expect(account.shown(undefined)).toBeNull();
    expect(account.shown(null)).toBeNull();
  });

  it('is still known while Clerk cannot be asked', () => {
    account.hear('user_alice');

    expect(account.shown('user_alice')).toBe('user_alice');
    expect(account.shown(undefined)).toBe('user_alice');
  });

  it.each([
    ['somebody else', 'user_bob'],
    ['nobody', null],
  ])('is %s as soon as Clerk says so', (_, says) => {
    account.hear('user_alice');

    expect(account.shown(says)).toBe(says);
    account.hear(says);
    expect(account.shown(undefined)).toBe(says);
  });

  it('is nobody from signing out on, whatever Clerk knows of it, and until it has heard', () => {
    account.hear('user_alice');

    account.leave('user_alice');
    account.hear(undefined);
    expect([undefined, 'user_alice'].map((says) => account.shown(says))).toEqual([null, null]);
    account.hear('user_alice');

    expect(account.isLeaving).toBe(true);
    expect(account.shown(undefined)).toBeNull();
    account.hear(null);
    account.hear('user_alice');
    expect(account.isLeaving).toBe(false);
    expect(account.shown(undefined)).toBe('user_alice');
  });
});
