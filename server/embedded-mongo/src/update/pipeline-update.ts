import type { BsonDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { compileDocumentStage, documentStageNames } from '../query/document-stages.ts';
import type { Transform, UpdateOptions } from './transform.ts';

const pipelineLengthMax = 1000;

/** Compiles an update pipeline: the aggregation stages that turn one document into one document. */
export function compilePipelineUpdate(pipeline: readonly BsonDocument[], options: UpdateOptions): Transform {
  if (pipeline.length > pipelineLengthMax) {
    throw new CommandError(
      'FailedToParse',
      `Pipeline length must be no longer than ${pipelineLengthMax} stages`,
    );
  }
  const stages = pipeline.map((stage) => {
    const [name = '', ...others] = Object.keys(stage);
    if (others.length > 0 || name === '') {
      throw new CommandError(40323, 'A pipeline stage specification object must contain exactly one field.');
    }
    if (!documentStageNames.has(name)) {
      throw new CommandError('InvalidOptions', `${name} is not allowed to be used within an update`);
    }
    return compileDocumentStage(name, stage[name], options);
  });
  return (document) => stages.reduce((result, apply) => apply(result), document);
}
