import type { Collation } from '../bson/collation.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import type { PipelineHost } from './pipeline-host.ts';

export type PipelineContext = {
  readonly host: PipelineHost;
  readonly let?: BsonDocument | undefined;
  readonly collation?: Collation | undefined;
};

export type Documents = Iterable<BsonDocument>;

/** One stage of a pipeline: documents in, documents out, as lazily as it can. */
export type Stage = (documents: Documents) => Documents;

/** Checks a stage's specification and compiles it. */
export type CompileStage = (spec: BsonValue, context: PipelineContext) => Stage;

export type StageTable = Readonly<Record<string, CompileStage>>;

/** Compiles a pipeline inside a stage. */
export type CompilePipeline = (pipeline: readonly BsonDocument[], context: PipelineContext) => Stage;
