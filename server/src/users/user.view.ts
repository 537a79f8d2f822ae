import type { Me, User, UserId } from '@whisper/shared';
import type { Viewer } from '../identity/viewer.ts';
import type { UserDoc } from './user.model.ts';

/** The person as others see them: without their address. */
export function toUser(doc: Pick<UserDoc, '_id' | 'name' | 'avatar'>): User {
  return {
    id: doc._id.toHexString() as UserId,
    name: doc.name,
    email: '',
    avatar: doc.avatar ?? null,
  };
}

export function toMe(doc: UserDoc): Me {
  const { clerkId, email, createdAt, updatedAt } = doc;
  return { ...toUser(doc), email, clerkId, createdAt, updatedAt };
}

export function toViewer(doc: UserDoc): Viewer {
  const user = toUser(doc);
  return { id: user.id, clerkId: doc.clerkId, user, isHidden: doc.isHidden ?? false, email: doc.email };
}
