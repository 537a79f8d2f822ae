import { Int32 } from 'bson';
import { compareValues } from '../bson/compare.ts';
import { type BsonDocument, type BsonValue, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { compileGroup } from './group.ts';
import { compileSortStage } from './simple-stages.ts';
import type { PipelineContext, Stage } from './stage.ts';

/** `$bucket`, which is a `$group` by the boundary below each value. */
export function compileBucket(spec: BsonValue, context: PipelineContext): Stage {
  if (!isDocument(spec)) throw new CommandError(40201, 'Argument to $bucket stage must be an object');
  const { groupBy, boundaries, output, ...rest } = spec;
  if (groupBy === undefined || boundaries === undefined) {
    throw new CommandError(40198, "$bucket requires 'groupBy' and 'boundaries' to be specified.");
  }
  const id = { $switch: { branches: branchesOf(groupBy, requireBoundaries(boundaries)), ...rest } };
  const fields: BsonDocument = isDocument(output) ? output : { count: { $sum: new Int32(1) } };
  const group = compileGroup({ _id: id, ...fields }, context);
  const sort = compileSortStage({ _id: new Int32(1) }, context);
  return (documents) => sort(group(documents));
}

function branchesOf(groupBy: BsonValue, boundaries: readonly BsonValue[]): BsonDocument[] {
  return boundaries.slice(1).map((upper, at) => {
    const [from, to] = [{ $literal: boundaries[at] }, { $literal: upper }];
    return Object.fromEntries([
      ['case', { $and: [{ $gte: [groupBy, from] }, { $lt: [groupBy, to] }] }],
      ['then', from],
    ]);
  });
}

function requireBoundaries(boundaries: BsonValue): readonly BsonValue[] {
  if (!Array.isArray(boundaries))
    throw new CommandError(40200, "The $bucket 'boundaries' field must be an array");
  if (boundaries.length < 2) {
    throw new CommandError(40192, "The $bucket 'boundaries' field must have at least 2 values");
  }
  const isSorted = boundaries.every((value, at) => at === 0 || compareValues(boundaries[at - 1], value) < 0);
  if (!isSorted) throw new CommandError(40194, "The 'boundaries' option to $bucket must be sorted");
  return boundaries;
}
