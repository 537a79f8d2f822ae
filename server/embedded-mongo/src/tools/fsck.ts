import { Engine } from '../engine/engine.ts';
import { checkCollection, findOrphanTrees } from '../storage/check-store.ts';

/** Checks that every index agrees with its documents and returns whether it does. Writes only what a start writes. */
export async function fsck(dataDir: string, print: (line: string) => void): Promise<boolean> {
  const engine = Engine.open({ dataDir });
  try {
    let problemCount = 0;
    for (const collection of engine.catalog.list()) {
      const { ns, documents, indexes, problems } = checkCollection(engine.catalog, collection);
      const counts = Object.entries(indexes).map(([name, count]) => `${name} ${count}`);
      print(`${problems.length === 0 ? 'ok ' : 'BAD'} ${ns}: ${documents} documents; ${counts.join(', ')}`);
      for (const problem of problems) print(`    ${problem}`);
      problemCount += problems.length;
    }
    for (const id of findOrphanTrees(engine.catalog)) {
      print(`BAD tree ${id} belongs to nothing`);
      problemCount += 1;
    }
    print(problemCount === 0 ? 'The store is consistent.' : `${problemCount} problems found.`);
    return problemCount === 0;
  } finally {
    await engine.close();
  }
}
