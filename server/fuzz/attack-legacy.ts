import { attack } from './legacy/attack.ts';
import type { Round } from './round.ts';

const payloadsPerRound = 100;

/** The old wire: events over both transports of Socket.IO, its frames, and REST. */
export async function attackLegacy({ url, name, token, targets, seed, dice, witness }: Round): Promise<void> {
  witness.sends('REST and Socket.IO', `a round of ${payloadsPerRound}`, seed);
  const { sent, seen, statuses } = await attack({ url, token, targets, count: payloadsPerRound, seed: dice });
  for (const [what, count] of Object.entries(sent)) witness.count(`sent as ${what}`, count);
  const how = 'a round over the old wire, which the seed says';
  for (const text of seen) witness.saw({ person: name, text, sent: how, seed });
  for (const [status, count] of statuses) {
    witness.count(`status ${status}`, count);
    if (status >= 500) witness.find('server error', `REST answered with ${status}`, { sent: [how], seed });
  }
}
