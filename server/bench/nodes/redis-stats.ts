import { createClient } from 'redis';

/** What a Redis has done since it started. */
export type RedisWork = { readonly commands: ReadonlyMap<string, number>; readonly bytes: number };

export async function readRedisWork(url: string): Promise<RedisWork> {
  const client = createClient({ url });
  await client.connect();
  const text = `${await client.info('commandstats')}\n${await client.info('stats')}`;
  client.destroy();
  const commands = new Map<string, number>();
  for (const [, name = '', calls] of text.matchAll(/^cmdstat_([\w|]+):calls=(\d+)/gm)) {
    commands.set(name, Number(calls));
  }
  const bytes = [...text.matchAll(/^total_net_(?:in|out)put_bytes:(\d+)/gm)].map(([, count]) =>
    Number(count),
  );
  return { commands, bytes: bytes.reduce((sum, each) => sum + each, 0) };
}

/** Commands that carry messages, between two readings. */
export function publishesBetween(before: RedisWork, after: RedisWork): number {
  const count = ({ commands }: RedisWork) => (commands.get('publish') ?? 0) + (commands.get('spublish') ?? 0);
  return count(after) - count(before);
}
