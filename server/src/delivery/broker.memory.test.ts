import { DelayedBroker } from '../testing/delayed-broker.ts';
import { describeBroker } from './broker.contract.ts';
import { MemoryBroker } from './broker.memory.ts';

describeBroker('MemoryBroker', () => new MemoryBroker());
describeBroker('DelayedBroker', () => new DelayedBroker());
