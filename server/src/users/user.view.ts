import type { Me, User, UserId } from '@whisper/shared';
import type { Viewer } from '../identity/viewer.ts';
import type { UserDoc } from './user.model.ts';

export function toUser(doc: Pick<UserDoc, '_id' | 'name' | 'email' | 'avatar'>): User {
  return {
    id: doc._id.toHexString() as UserId,
    name: doc.name,
    email: doc.email,
    avatar: doc.avatar ?? null,
  };
}

export function toMe(doc: UserDoc): Me {
  return { ...toUser(doc), clerkId: doc.clerkId, createdAt: doc.createdAt, updatedAt: doc.updatedAt };
}

export function toViewer(doc: UserDoc): Viewer {
  const user = toUser(doc);
  return { id: user.id, clerkId: doc.clerkId, user };
}
