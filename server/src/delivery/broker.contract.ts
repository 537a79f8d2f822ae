import { describe, expect, it } from 'vitest';
import type { Broker, Topic } from './broker.ts';

const topic = (name: string): Topic<number> => ({ name });

/** What every broker promises, however late it subscribes and delivers. `makeBroker` gives a fresh one. */
export function describeBroker(name: string, makeBroker: () => Broker | Promise<Broker>): void {
  describe(name, () => {
    it('is listening when subscribe resolves, and delivers in publishing order', async () => {
      const broker = await makeBroker();
      const heard: number[] = [];

      await broker.subscribe(topic('a'), (event) => heard.push(event));
      for (const event of [1, 2, 3]) broker.publish(topic('a'), event);

      await expect.poll(() => heard).toEqual([1, 2, 3]);
      await broker.close();
    });

    it('keeps topics apart', async () => {
      const broker = await makeBroker();
      const heard: number[] = [];
      await broker.subscribe(topic('a'), (event) => heard.push(event));

      broker.publish(topic('b'), 1);
      broker.publish(topic('a'), 2);

      await expect.poll(() => heard).toEqual([2]);
      await broker.close();
    });

    it('hands every listener of a topic the event as it was published', async () => {
      const broker = await makeBroker();
      const at = new Date(1_000);
      const dated: Topic<{ readonly at: Date; readonly audience: readonly string[] }> = { name: 'a' };
      const heard: unknown[] = [];
      const listen = (event: unknown) => void heard.push(event);
      await Promise.all([broker.subscribe(dated, listen), broker.subscribe(dated, listen)]);

      broker.publish(dated, { at, audience: ['alice'] });

      const event = { at, audience: ['alice'] };
      await expect.poll(() => heard).toEqual([event, event]);
      await broker.close();
    });

    it('tells several topics of the same event, and of the next one after it', async () => {
      const broker = await makeBroker();
      const names = ['a', 'b', 'c', 'd'];
      const heard: string[] = [];
      for (const name of names) {
        await broker.subscribe(topic(name), (event) => heard.push(`${name}${event}`));
      }

      broker.publishAll(names.map(topic), 1);
      broker.publish(topic('b'), 2);

      await expect.poll(() => heard.length).toBe(5);
      expect(heard.indexOf('b1')).toBeLessThan(heard.indexOf('b2'));
      expect(heard.toSorted()).toEqual(['a1', 'b1', 'b2', 'c1', 'd1']);
      await broker.close();
    });

    it('listens to several topics with one listener, until that stops', async () => {
      const broker = await makeBroker();
      const heard: number[] = [];
      const stop = await broker.subscribeAll([topic('a'), topic('b')], (event) => heard.push(event));

      broker.publish(topic('a'), 1);
      broker.publish(topic('b'), 2);
      broker.publish(topic('c'), 3);
      await expect.poll(() => new Set(heard)).toEqual(new Set([1, 2]));
      stop();
      broker.publish(topic('b'), 4);

      expect(heard).toHaveLength(2);
      expect(broker.size).toBe(0);
      await broker.close();
    });

    it('delivers nothing after unsubscribe, which may be called twice and in the middle of a delivery', async () => {
      const broker = await makeBroker();
      const heard: string[] = [];
      const stopFirst = await broker.subscribe(topic('a'), () => {
        heard.push('first');
        stopFirst();
        stopFirst();
      });
      await broker.subscribe(topic('a'), () => void heard.push('second'));

      broker.publish(topic('a'), 1);
      broker.publish(topic('a'), 2);

      await expect.poll(() => heard).toEqual(['first', 'second', 'second']);
      await broker.close();
    });

    it('counts its listeners, and holds nothing when they have gone', async () => {
      const broker = await makeBroker();
      const stops = await Promise.all(
        Array.from({ length: 1_000 }, (_, index) =>
          broker.subscribe(topic(`t${index % 10}`), () => undefined),
        ),
      );
      expect(broker.size).toBe(1_000);

      for (const stop of stops) stop();

      expect(broker.size).toBe(0);
      await broker.close();
    });

    it('lets go of everyone when it is closed, and refuses who comes later', async () => {
      const broker = await makeBroker();
      const heard: number[] = [];
      const stop = await broker.subscribe(topic('a'), (event) => heard.push(event));

      broker.publish(topic('a'), 1);
      await expect.poll(() => heard).toEqual([1]);
      await broker.close();
      await broker.close();
      broker.publish(topic('a'), 2);

      expect(broker.size).toBe(0);
      expect(() => stop()).not.toThrow();
      await expect(broker.subscribe(topic('a'), (event) => heard.push(event))).rejects.toThrow('closed');
      expect(heard).toEqual([1]);
    });
  });
}
