import { describePresenceStore } from './presence-store.contract.ts';
import { MemoryPresenceStore } from './presence-store.memory.ts';

describePresenceStore('MemoryPresenceStore', (deps) => new MemoryPresenceStore(deps));
