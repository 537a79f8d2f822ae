import { describePresenceStore } from './presence-store.contract.ts';
import { MemoryPresenceStore } from './presence-store.memory.ts';

describePresenceStore('MemoryPresenceStore', (broker, clock) => new MemoryPresenceStore(broker, clock));
