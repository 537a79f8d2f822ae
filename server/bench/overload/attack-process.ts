import { serve } from '../../src/testing/peer.ts';
import { attacks, type AttackName, type Ground } from './attacks.ts';

export type AttackRequest =
  | { readonly kind: 'start'; readonly name: AttackName; readonly ground: Ground }
  | { readonly kind: 'stop' };

let isOver = true;
let running: Promise<void> = Promise.resolve();

serve(async (request: AttackRequest) => {
  if (request.kind === 'stop') {
    isOver = true;
    return running;
  }
  isOver = false;
  running = attacks[request.name](request.ground, () => isOver);
  return undefined;
});
