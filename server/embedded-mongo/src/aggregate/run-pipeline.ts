import { type BsonDocument, type BsonValue, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { compileDocumentStage, documentStageNames } from '../query/document-stages.ts';
import { compileGroup } from './group.ts';
import { compileLookup } from './lookup.ts';
import { compileMerge } from './merge.ts';
import { compileOut } from './out.ts';
import { simpleStages } from './simple-stages.ts';
import {
  type Documents,
  forEach,
  paced,
  type PipelineContext,
  type Stage,
  type StageTable,
} from './stage.ts';
import { compileUnwind } from './unwind.ts';

const stages: StageTable = {
  ...simpleStages,
  $group: compileGroup,
  $unwind: compileUnwind,
  $lookup: (spec, context) => compileLookup(spec, context, compilePipeline),
  $out: compileOut,
  $merge: compileMerge,
};

const lastOnly: ReadonlySet<string> = new Set(['$out', '$merge']);
/** Stages of MongoDB that this server does not have. */
const refused: ReadonlySet<string> = new Set([
  '$bucket',
  '$bucketAuto',
  '$densify',
  '$facet',
  '$fill',
  '$geoNear',
  '$graphLookup',
  '$redact',
  '$sample',
  '$search',
  '$searchMeta',
  '$setWindowFields',
  '$sortByCount',
  '$unionWith',
  '$vectorSearch',
]);

/**
 * Runs a pipeline over the source's documents, as lazily as its stages allow: the first document may come before the
 * source is read to its end. `$out` and `$merge` write when the result is first read.
 */
export function runPipeline(
  pipeline: readonly BsonDocument[],
  source: Documents,
  context: PipelineContext,
): Documents {
  return compilePipeline(pipeline, context)(source);
}

/** Checks a whole pipeline before any of it runs. */
export function compilePipeline(pipeline: readonly BsonDocument[], context: PipelineContext): Stage {
  const compiled = pipeline.map((stage, at) => {
    const name = nameOf(stage);
    if (lastOnly.has(name) && at < pipeline.length - 1) {
      throw new CommandError(40601, `${name} can only be the final stage in the pipeline`);
    }
    if (name === '$documents' && at > 0) {
      throw new CommandError(40602, '$documents is only valid as the first stage in a pipeline');
    }
    return compileStage(name, stage[name], context);
  });
  const { deadline } = context.host;
  return (documents) =>
    compiled.reduce<Documents>((input, stage) => paced(stage(input), deadline), documents);
}

function nameOf(stage: BsonDocument): string {
  const [name, ...others] = isDocument(stage) ? Object.keys(stage) : [];
  if (name !== undefined && others.length === 0) return name;
  throw new CommandError(40323, 'A pipeline stage specification object must contain exactly one field.');
}

function compileStage(name: string, spec: BsonValue, context: PipelineContext): Stage {
  const compile = Object.hasOwn(stages, name) ? stages[name] : undefined;
  if (compile) return compile(spec, context);
  if (documentStageNames.has(name)) {
    const apply = compileDocumentStage(name, spec, context);
    return forEach((document) => [apply(document)]);
  }
  if (name === '$changeStream') {
    throw new CommandError(40573, 'The $changeStream stage is only supported on replica sets');
  }
  if (refused.has(name)) {
    throw new CommandError('CommandNotSupported', `${name} is not supported by this server`);
  }
  throw new CommandError(40324, `Unrecognized pipeline stage name: '${name}'`);
}
