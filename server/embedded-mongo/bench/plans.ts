import type { Document, MongoClient } from 'mongodb';
import { type Loaded, namespace } from './data.ts';

export type Explained = {
  readonly query: string;
  readonly plan: string;
  readonly index: string;
  readonly keys: number;
  readonly documents: number;
  readonly returned: number;
};

/** What the product's hottest queries cost in the largest chat, as the server itself tells it. */
export async function explainQueries(client: MongoClient, { bigChat, ids }: Loaded): Promise<Explained[]> {
  const messages = client.db(namespace.db).collection(namespace.name);
  const [_id = bigChat] = ids;
  const sample = await messages.findOne({ _id });
  const queries = {
    'a message by its id': messages.find({ _id }),
    'the last 50': messages.find({ chat: bigChat }).sort({ seq: -1 }).limit(50),
    '50 before a place': messages
      .find({ chat: bigChat, seq: { $lt: 5_000 } })
      .sort({ seq: -1 })
      .limit(50),
    '50 after a revision': messages
      .find({ chat: bigChat, rev: { $gt: 5_000 } })
      .sort({ rev: 1 })
      .limit(50),
    'the head of the log': messages.find({ chat: bigChat }).sort({ rev: -1 }).limit(1),
    'a repeated send': messages.find({ sender: sample?.['sender'], clientId: sample?.['clientId'] }).limit(1),
  };
  const explained: Explained[] = [];
  for (const [query, cursor] of Object.entries(queries)) {
    explained.push(toRow(query, await cursor.explain('executionStats')));
  }
  return explained;
}

function toRow(query: string, { queryPlanner, executionStats }: Document): Explained {
  const { winningPlan } = queryPlanner;
  const walk = winningPlan.inputStage ?? winningPlan;
  const { totalKeysExamined: keys, totalDocsExamined: documents, nReturned: returned } = executionStats;
  return { query, plan: walk.stage, index: walk.indexName ?? '-', keys, documents, returned };
}
