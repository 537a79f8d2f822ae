import { randomUUID } from 'node:crypto';
import type { TestServer } from '@whisper/server/testing';

/** Stores messages like the first of a chat behind it, `2` the text of the second. */
export async function storeCopies({ app }: TestServer, text: string, count: number): Promise<void> {
  const messages = app.db.collection('messages');
  const found = await messages.findOne({ text });
  if (!found) throw new Error('It was sent');
  const { _id, revs: _, ...first } = found;
  const copies = Array.from({ length: count }, (__, index) => {
    const seq = index + 2;
    return { ...first, seq, rev: seq, text: `${seq}`, clientId: randomUUID() };
  });
  await messages.insertMany(copies);
}
