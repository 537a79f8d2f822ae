import { type BsonDocument, type BsonValue, isDocument, setField } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { type CompilePipeline, gather, paced, type PipelineContext, type Stage } from './stage.ts';

const forbiddenInside: ReadonlySet<string> = new Set([
  '$facet',
  '$out',
  '$merge',
  '$geoNear',
  '$indexStats',
  '$collStats',
]);

/** `$facet`: one document with what each of several pipelines makes of the same documents. */
export function compileFacet(spec: BsonValue, context: PipelineContext, compile: CompilePipeline): Stage {
  if (!isDocument(spec) || Object.keys(spec).length === 0) {
    throw new CommandError(40169, 'the $facet specification must be a non-empty object');
  }
  const facets = Object.entries(spec).map(
    ([name, pipeline]) => [name, compile(requirePipeline(name, pipeline), context)] as const,
  );
  return function* facet(documents) {
    const inputs = yield* gather(documents);
    const result: BsonDocument = {};
    for (const [name, run] of facets) {
      setField(result, name, yield* gather(run(paced(inputs, context.host.deadline))));
    }
    yield result;
  };
}

function requirePipeline(name: string, pipeline: BsonValue): readonly BsonDocument[] {
  if (!Array.isArray(pipeline) || !pipeline.every(isDocument)) {
    throw new CommandError(40170, `arguments to $facet must be arrays of objects, ${name} is none`);
  }
  const forbidden = pipeline
    .flatMap((stage) => Object.keys(stage))
    .find((stage) => forbiddenInside.has(stage));
  if (forbidden === undefined) return pipeline;
  throw new CommandError(40600, `${forbidden} is not allowed to be used within a $facet stage`);
}
