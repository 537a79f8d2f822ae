import { randomUUID } from 'node:crypto';
import type { TestServer } from '@whisper/server/testing';

/** Stores messages like the last of a chat behind it, each with its place as its text. */
export async function storeCopies({ app }: TestServer, text: string, count: number): Promise<void> {
  const messages = app.db.collection('messages');
  const found = await messages.findOne({ text });
  if (!found) throw new Error('It was sent');
  const { _id, revs: _, ...first } = found;
  const copies = Array.from({ length: count }, (__, index) => {
    const seq = Number(first['seq']) + index + 1;
    return { ...first, seq, rev: seq, text: `${seq}`, clientId: randomUUID() };
  });
  await messages.insertMany(copies);
}
