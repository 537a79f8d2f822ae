import type { ServerResponse } from 'node:http';
import type { UserId } from '@whisper/shared';
import type { HeldBytes } from '../delivery/held-bytes.ts';
import type { PendingAnswer } from '../platform/admission.ts';

type Following = { readonly userId: UserId; readonly response: ServerResponse; readonly bytesMax: number };

/** Counts for a person what an answer over HTTP takes, from its first result to the last byte that is read. */
export function followAnswer(held: HeldBytes, { userId, response, bytesMax }: Following): PendingAnswer {
  const answer = { bytes: 0, bytesMax };
  const forget = held.add(userId, {
    get heldBytes() {
      return response.headersSent ? response.writableLength : answer.bytes;
    },
    release: () => response.destroy(),
  });
  response.once('close', forget);
  if (response.destroyed) forget();
  return answer;
}
