import type { Message } from '@whisper/shared';

/** What can change of a message, in one line. */
export function stateOf({ rev, text, deletedAt, reactions }: Message): string {
  const reacted = reactions.map(({ emoji, userIds }) => `${emoji}${userIds.length}`).join(' ');
  return [`${rev}:`, deletedAt ? 'deleted' : JSON.stringify(text), reacted].join(' ').trim();
}
