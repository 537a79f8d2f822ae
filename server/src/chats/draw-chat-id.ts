import { Types } from 'mongoose';
import { randomBytes } from 'node:crypto';

/** An ObjectId counts on from the last one: whoever has one chat could guess the next. This one is drawn by lot. */
export function drawChatId(): Types.ObjectId {
  return new Types.ObjectId(randomBytes(12));
}
