import { findRedisServer } from '../../src/nodes/redis-server.ts';
import { benchDeliveries } from './deliveries.ts';
import { benchPresence } from './presence.ts';

/** What many nodes cost: presence, and then, with a redis-server, a delivery. `only` is one of the two. */
export async function benchNodes(people: number, only?: string): Promise<void> {
  if (only !== 'deliveries') await benchPresence(people);
  if (only === 'presence') return;
  if (findRedisServer()) await benchDeliveries();
  else console.log('There is no redis-server on this machine: deliveries between nodes are not measured.');
}
