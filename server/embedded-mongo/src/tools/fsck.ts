import { noDeadline } from '../pace/deadline.ts';
import { finish } from '../pace/pace.ts';
import { checkCollection, findOrphanTrees } from '../storage/check-store.ts';
import { withCatalog } from './read-store.ts';

/** Checks that every index agrees with its documents and returns whether it does. Writes nothing. */
export async function fsck(dataDir: string, print: (line: string) => void): Promise<boolean> {
  return withCatalog(dataDir, async (catalog) => {
    let problemCount = 0;
    for (const collection of catalog.list()) {
      const report = finish(checkCollection(catalog, collection, noDeadline));
      const { ns, documents, indexes, problems } = report;
      const counts = Object.entries(indexes).map(([name, count]) => `${name} ${count}`);
      print(`${problems.length === 0 ? 'ok ' : 'BAD'} ${ns}: ${documents} documents; ${counts.join(', ')}`);
      for (const problem of problems) print(`    ${problem}`);
      problemCount += problems.length;
    }
    for (const id of findOrphanTrees(catalog)) {
      print(`BAD tree ${id} belongs to nothing`);
      problemCount += 1;
    }
    print(problemCount === 0 ? 'The store is consistent.' : `${problemCount} problems found.`);
    return problemCount === 0;
  });
}
