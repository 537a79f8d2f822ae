import type { Connection as Database } from 'mongoose';
import { hash } from 'node:crypto';
import { departureModel } from './departure.model.ts';

type Departure = { readonly at: Date; readonly isForGood: boolean };

/** Remembers that somebody went, without remembering who. Idempotent; who went for good stays gone. */
export async function noteDeparture(
  db: Database,
  clerkId: string,
  { at, isForGood }: Departure,
): Promise<void> {
  await departureModel(db).updateOne(
    { _id: digestOf(clerkId) },
    { $max: { at, isForGood } },
    { upsert: true },
  );
}

/** Whether the Clerk id is of somebody who went and has not signed in since; `issuedAt`: when the token was, if one was shown. */
export async function hasDeparted(db: Database, clerkId: string, issuedAt: number | null): Promise<boolean> {
  const departure = await departureModel(db).findById(digestOf(clerkId)).lean();
  if (!departure) return false;
  return departure.isForGood || issuedAt === null || issuedAt <= departure.at.getTime();
}

function digestOf(clerkId: string): string {
  return hash('sha256', `departed:${clerkId}`, 'base64url');
}
