import { UserIdSchema } from '@whisper/shared';
import type { Identity } from '../../src/identity/viewer.ts';

/** Every token names a person of its own, whose session outlives the bench. */
export async function identityOf(token: string | undefined): Promise<Identity> {
  const name = token ?? 'nobody';
  const id = UserIdSchema.parse(Buffer.from(name).toString('hex').padStart(24, '0').slice(-24));
  const user = { id, name, email: `${name}@example.com`, avatar: null };
  return {
    viewer: { id, clerkId: name, user, isHidden: false },
    sessionId: name,
    isModerator: false,
    expiresAt: Date.now() + 3_600_000,
  };
}
