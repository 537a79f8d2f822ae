import { limits, type Message, type MessageId, type MessageTrace, type TraceStep } from '@whisper/shared';
import { readReach, type Reached } from '../chats/read-reach.ts';
import type { Identity, Viewer } from '../identity/viewer.ts';
import { AppError } from '../platform/errors.ts';
import { findUsers } from '../users/find-users.ts';
import type { MessagesDeps } from './deps.ts';
import { messageNotFound } from './log/change-message.ts';
import { findDoc, findMessages } from './log/read-log.ts';
import { openMessage } from './open-message.ts';

type Deps = Pick<MessagesDeps, 'db' | 'memberships' | 'lastMessages' | 'findPushOutcomes' | 'blocks'>;

/**
 * What became of a message, for its sender and for moderators. What is not known is said to be unknown. Its sender is told of
 * others no more than their marks: who is offline, has no device, mutes or blocks looks the same.
 */
export async function traceMessage(
  deps: Deps,
  { viewer, isModerator }: Pick<Identity, 'viewer' | 'isModerator'>,
  messageId: MessageId,
): Promise<MessageTrace> {
  const message = isModerator ? await findAny(deps, messageId) : await findOwn(deps, viewer, messageId);
  const createdRev = (await findDoc(deps.db, messageId))?.createdRev ?? message.seq;
  const { people, lastSeq } = await readReach(deps, message.chatId, viewer.id);
  const meant = people.filter(
    ({ userId, joinedRev }) => userId !== message.sender.id && joinedRev < createdRev,
  );
  const shown = meant.slice(0, limits.tracedPeopleMax);
  return {
    message,
    steps: [
      { kind: 'stored', at: message.createdAt, seq: message.seq, rev: createdRev },
      { kind: 'announced', state: lastSeq >= message.seq ? 'yes' : 'unknown' },
      ...(await toPeople(deps, message, { shown, isModerator })),
      ...toChanged(message, createdRev),
    ],
    peopleNotShown: meant.length - shown.length,
  };
}

async function findAny({ db }: Deps, messageId: MessageId): Promise<Message> {
  const message = (await findMessages(db, [messageId])).get(messageId);
  if (!message) throw messageNotFound();
  return message;
}

async function findOwn(deps: Deps, viewer: Viewer, messageId: MessageId): Promise<Message> {
  const { message } = await openMessage(deps, messageId, viewer.id);
  if (message.sender.id === viewer.id) return message;
  throw new AppError('FORBIDDEN', 'Only its sender is told what became of a message');
}

type Shown = { readonly shown: readonly Reached[]; readonly isModerator: boolean };

async function toPeople(deps: Deps, message: Message, { shown, isModerator }: Shown): Promise<TraceStep[]> {
  const ids = shown.map(({ userId }) => userId);
  const users = await findUsers(deps, ids);
  const outcomes = isModerator ? await deps.findPushOutcomes(message.id, ids) : new Map();
  return shown.flatMap((reached): TraceStep[] => {
    const user = users.get(reached.userId);
    if (!user) return [];
    const pushed = outcomes.get(user.id);
    return [
      ...(isModerator ? [{ kind: 'pushed', user, outcomes: pushed ? [...pushed] : null } as const] : []),
      { kind: 'reached', user, reach: reachOf(reached, message.seq) },
    ];
  });
}

function reachOf({ readSeq, deliveredSeq }: Reached, seq: number) {
  if (readSeq >= seq) return 'read';
  return deliveredSeq >= seq ? 'delivered' : 'waiting';
}

function toChanged({ rev, updatedAt, deletedAt, editedAt }: Message, createdRev: number): TraceStep[] {
  if (rev === createdRev) return [];
  const what = deletedAt ? 'deleted' : editedAt ? 'edited' : 'reactedOrPinned';
  return [{ kind: 'changed', at: updatedAt, rev, what }];
}
