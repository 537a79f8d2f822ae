export type Push = {
  readonly chatId: string;
  readonly seq: number;
  readonly badge: number;
  readonly title: string;
  readonly body: string;
};

/** What the server pushed; null for what cannot be read. A worker that checked it with a schema would be ten times as large. */
export function readPush(text: string): Push | null {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof found !== 'object' || found === null) return null;
  const { chatId, seq, badge, title, body } = found as Partial<Record<keyof Push, unknown>>;
  const isRead =
    typeof chatId === 'string' &&
    /^[0-9a-f]{24}$/.test(chatId) &&
    typeof seq === 'number' &&
    typeof badge === 'number' &&
    typeof title === 'string' &&
    typeof body === 'string';
  return isRead ? { chatId, seq, badge, title, body } : null;
}
