import { describe, expect, it } from 'vitest';
import type { Broker, Topic } from './broker.ts';
import { FeedItem } from './feed.ts';

const topic = (name: string): Topic<number> => ({ name });

/** What every broker promises. `makeBroker` gives a fresh one. */
export function describeBroker(name: string, makeBroker: () => Broker): void {
  describe(name, () => {
    it('is listening when subscribe returns, and delivers in publishing order', async () => {
      const broker = makeBroker();
      const heard: number[] = [];

      broker.subscribe(topic('a'), (item) => heard.push(item.data));
      for (const data of [1, 2, 3]) broker.publish(topic('a'), new FeedItem(data));

      await expect.poll(() => heard).toEqual([1, 2, 3]);
    });

    it('keeps topics apart', async () => {
      const broker = makeBroker();
      const heard: number[] = [];
      broker.subscribe(topic('a'), (item) => heard.push(item.data));

      broker.publish(topic('b'), new FeedItem(1));
      broker.publish(topic('a'), new FeedItem(2));

      await expect.poll(() => heard).toEqual([2]);
    });

    it('hands every listener of a topic the same item', async () => {
      const broker = makeBroker();
      const heard: FeedItem<number>[] = [];
      const listen = (item: FeedItem<number>) => void heard.push(item);
      broker.subscribe(topic('a'), listen);
      broker.subscribe(topic('a'), listen);

      broker.publish(topic('a'), new FeedItem(7, { id: 'x', audience: ['alice'] }));

      await expect.poll(() => heard.length).toBe(2);
      expect(heard[0]).toBe(heard[1]);
      expect(heard[0]).toMatchObject({ data: 7, id: 'x', audience: ['alice'] });
    });

    it('delivers nothing after unsubscribe, which may be called twice and in the middle of a delivery', async () => {
      const broker = makeBroker();
      const heard: string[] = [];
      const stopFirst = broker.subscribe(topic('a'), () => {
        heard.push('first');
        stopFirst();
        stopFirst();
      });
      broker.subscribe(topic('a'), () => void heard.push('second'));

      broker.publish(topic('a'), new FeedItem(1));
      broker.publish(topic('a'), new FeedItem(2));

      await expect.poll(() => heard).toEqual(['first', 'second', 'second']);
    });

    it('counts its listeners, and holds nothing when they have gone', () => {
      const broker = makeBroker();
      const stops = Array.from({ length: 1_000 }, (_, index) =>
        broker.subscribe(topic(`t${index % 10}`), () => undefined),
      );
      expect(broker.size).toBe(1_000);

      for (const stop of stops) stop();

      expect(broker.size).toBe(0);
    });
  });
}
