import { wordsOf, type Message, type UserId } from '@whisper/shared';

/** What a note quotes of a text. */
const excerptMax = 40;

export function excerptOf(text: string): string {
  const [line = ''] = text.split('\n');
  if (line.length <= excerptMax) return line;
  // Never half a character of UTF-16.
  return `${line.slice(0, excerptMax).replace(/[\uD800-\uDBFF]$/, '')} …`;
}

/** What became of a message, in a line each; nothing for what is not shown. */
export function describeChange(before: Message, now: Message, nameOf: (userId: UserId) => string): string[] {
  const author = nameOf(now.sender.id);
  const quoted = `“${excerptOf(wordsOf(before))}”`;
  // In a group an admin may have done it.
  if (now.deletedAt) return before.deletedAt ? [] : [`* ${quoted} (${author}) was deleted`];
  const lines = now.text === before.text ? [] : [`* ${author} edited ${quoted} to: ${now.text}`];
  if ((now.pinnedAt === null) !== (before.pinnedAt === null)) {
    lines.push(`* ${quoted} ${now.pinnedAt ? 'is pinned' : 'is not pinned any more'}`);
  }
  const had = reactionsOf(before);
  const fresh = [...reactionsOf(now)].filter(([key]) => !had.has(key));
  for (const [, { userId, emoji }] of fresh) lines.push(`* ${nameOf(userId)} reacted ${emoji} to ${quoted}`);
  return lines;
}

function reactionsOf({ reactions }: Message) {
  return new Map(
    reactions.flatMap(({ emoji, userIds }) =>
      userIds.map((userId) => [`${userId} ${emoji}`, { userId, emoji }] as const),
    ),
  );
}
