import { AppError } from '../platform/errors.ts';
import { devNameOf } from './dev-issuer.ts';
import type { IdentityDirectory } from './directory.ts';

/** Whoever the local issuer names exists. */
export const devDirectory: IdentityDirectory = {
  fetchPerson(clerkId) {
    const name = devNameOf(clerkId);
    if (name === null) return Promise.reject(new AppError('UNAUTHORIZED', 'This account does not exist'));
    const email = `${name.replaceAll(' ', '.')}@example.test`;
    return Promise.resolve({ clerkId, name, email, avatar: null, updatedAt: new Date(0) });
  },
};
