import type { Account, Comparison, MarkAccount, Receipt } from '../evidence.ts';

/** A client under test. Faults are made to it, and at the end it reports what it saw. */
export interface Actor {
  readonly name: string;
  start(): Promise<void>;
  /** Whether it still has something to send. */
  readonly isSending?: boolean;
  /** Its connection breaks, as when a phone changes networks. */
  cut(): void;
  /** It stops reading for a while. */
  stall(ms: number): void;
  /** Its process ends and starts again, with nothing but what it stored. */
  restart?(): void;
  /** Reads what it does not hold any more, so that its account is whole. */
  remember?(): Promise<void>;
  accounts(): Account[];
  receipts?(): Receipt[];
  marks?(): MarkAccount[];
  /** What it holds beside what the server answers now. */
  compare?(): Promise<Comparison[]>;
  close(): void;
}
