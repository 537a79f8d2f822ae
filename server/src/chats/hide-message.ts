import { limits, type ChatId, type UserId } from '@whisper/shared';
import { AppError } from '../platform/errors.ts';
import type { Membership } from './chat.view.ts';
import { changeMember } from './change-member.ts';
import type { ChatsDeps } from './deps.ts';
import { findMember } from './find-members.ts';
import { publishToPeople, toChatsCursor } from './publish-chat-events.ts';

type Hidden = { readonly membership: Membership; readonly userId: UserId; readonly seq: number };

/** From then on the message is not shown to the person, on any of their devices. Idempotent. */
export async function hideMessage(
  deps: Pick<ChatsDeps, 'db' | 'broker' | 'clock'>,
  { membership, userId, seq }: Hidden,
): Promise<void> {
  const { chatId } = membership;
  const hidden = (await findMember(deps.db, chatId, userId))?.hidden ?? [];
  if (hidden.some((each) => each.seq === seq)) return;
  if (hidden.length >= limits.hiddenMax) {
    throw new AppError('CONFLICT', `At most ${limits.hiddenMax} messages of a chat can be hidden`);
  }
  const at = new Date(deps.clock.now());
  await changeMember(
    deps.db,
    { membership, userId },
    { $set: { isPartial: true, changedAt: at }, $addToSet: { hidden: { seq, at } } },
  );
  tellHidden(deps, { userId, chatId, seq, at });
}

type Told = { readonly userId: UserId; readonly chatId: ChatId; readonly seq: number; readonly at: Date };

function tellHidden({ broker }: Pick<ChatsDeps, 'broker'>, { userId, chatId, seq, at }: Told): void {
  publishToPeople(broker, [userId], {
    data: { type: 'hidden', chatId, seqs: [seq] },
    id: toChatsCursor(at.getTime(), `${chatId}:hidden:${seq}`),
  });
}
