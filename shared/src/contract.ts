import { z } from 'zod';

/** The contract these sources speak. Each release that freezes one is followed by the next number. */
export const contractVersion = 2;

/** The oldest that this server serves. Clients of an older one are told so by `clientTooOld` and PRECONDITION_FAILED. */
export const oldestContract = 1;

/** Where a client says its contract over HTTP; elsewhere it is the connection parameter `contract`. */
export const contractHeader = 'x-whisper-contract';

/** What a client said of itself. One that says nothing is of release 0.1.0, or none of ours: the first contract. */
export const ContractSchema = z
  .string()
  .regex(/^\d{1,4}$/)
  .transform(Number)
  .catch(1);

export function isTooOld(contract: number): boolean {
  return contract < oldestContract;
}
