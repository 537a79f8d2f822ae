import type { Collation } from '../bson/collation.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import type { Deadline } from '../pace/deadline.ts';
import { type Paced, pause, type Steps } from '../pace/pace.ts';
import { MemoryUse } from './memory-use.ts';
import type { PipelineHost } from './pipeline-host.ts';

export type PipelineContext = {
  readonly host: PipelineHost;
  readonly let?: BsonDocument | undefined;
  readonly collation?: Collation | undefined;
};

export type Documents = Paced<BsonDocument>;

/** One stage of a pipeline: documents in, documents out, as lazily as it can. */
export type Stage = (documents: Documents) => Documents;

/** Checks a stage's specification and compiles it. */
export type CompileStage = (spec: BsonValue, context: PipelineContext) => Stage;

export type StageTable = Readonly<Record<string, CompileStage>>;

/** Compiles a pipeline inside a stage. */
export type CompilePipeline = (pipeline: readonly BsonDocument[], context: PipelineContext) => Stage;

/** A stage that makes of each document any number of others. */
export function forEach(make: (document: BsonDocument) => Documents): Stage {
  return function* each(documents) {
    for (const document of documents) {
      if (document === pause) yield pause;
      else yield* make(document);
    }
  };
}

/** All the documents, or what is made of each; throws 146 when they take more memory than a pipeline may. */
export function gather(documents: Documents): Steps<BsonDocument[]>;
export function gather<T>(documents: Documents, make: (document: BsonDocument) => T): Steps<T[]>;
export function* gather(
  documents: Documents,
  make = (document: BsonDocument): unknown => document,
): Steps<unknown[]> {
  const memory = new MemoryUse();
  const gathered: unknown[] = [];
  for (const document of documents) {
    if (document === pause) {
      yield pause;
      continue;
    }
    memory.add(document);
    gathered.push(make(document));
  }
  return gathered;
}

/** The documents, with pauses where others wait: a stage may have all of its own there already. */
export function* paced(documents: Documents, deadline: Deadline): Documents {
  for (const document of documents) {
    yield document;
    if (document !== pause && deadline.isPauseDue()) yield pause;
  }
}
