import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files with browsers and processes take longest, whatever their size: those that begin last would end alone. */
const isLong = /\/clients\/\w+\/test\/|\/server\/test\/process\.|\/express-database\./;

/** The long files first, each group in vitest's own order, so that the workers end together in a fresh clone too. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const [long, short] = [true, false].map((wanted) =>
      sorted.filter(({ moduleId }) => isLong.test(moduleId) === wanted),
    );
    return [...(long ?? []), ...(short ?? [])];
  }
}
