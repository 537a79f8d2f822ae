import { budgets, type Budget } from '../platform/rate-limits.ts';
import type { TestServer } from './start-test-server.ts';

type Spent = { readonly budget: Budget; readonly left: number; readonly who: string };

/** Spends a budget but for `left` points: to spend all of it call by call, a machine under load takes longer than it lasts. */
export async function leaveInBudget({ app }: TestServer, { budget, left, who }: Spent): Promise<void> {
  await app.rateLimits.spend({ budget, points: budgets[budget].points - left }, who);
}
