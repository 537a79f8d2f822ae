import { transformer } from '@whisper/shared';
import { EventTexts } from '@whisper/trpc-socket';
import { randomUUID } from 'node:crypto';
import { describe, onTestFinished } from 'vitest';
import { MemoryBroker } from './delivery/broker.memory.ts';
import { RedisBroker } from './delivery/broker.redis.ts';
import type { Broker } from './delivery/broker.ts';
import { topics } from './delivery/topics.ts';
import { describeRevocations, type Wire } from './identity/revocations.contract.ts';
import { createLogger } from './platform/logger.ts';
import { openRedis } from './testing/open-redis.ts';
import { hasRedis } from './testing/with-redis.ts';

/** The news that processes tell each other. */
function toWire(broker: Broker): Wire {
  return {
    tell: (keys, at) => broker.publish(topics.news(), { type: 'revoked', keys, at }),
    hear: (listener) =>
      broker.subscribe(topics.news(), (news) => {
        if (news.type === 'revoked') listener(news.keys, news.at);
      }),
  };
}

async function openRedisBroker(namespace: string): Promise<Broker> {
  const redis = await openRedis(namespace);
  const texts = new EventTexts((value) => transformer.serialize(value));
  const broker = new RedisBroker({ redis, texts, log: createLogger('silent') });
  onTestFinished(() => broker.close());
  return broker;
}

describeRevocations('in one process', () => {
  const wire = toWire(new MemoryBroker());
  return Promise.resolve([wire, wire]);
});

describe.runIf(hasRedis)('between processes', () => {
  describeRevocations('on Redis', async () => {
    const namespace = randomUUID();
    return [toWire(await openRedisBroker(namespace)), toWire(await openRedisBroker(namespace))];
  });
});
