import { type BsonDocument, type BsonValue, isDocument, setField } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { compileExpression, type Evaluate } from '../expressions/expression.ts';
import type { PipelineContext, Stage } from './stage.ts';

/** `$redact`: keeps, prunes or looks further into each document, as the expression decides. */
export function compileRedact(spec: BsonValue, context: PipelineContext): Stage {
  const decide = compileExpression(spec, context);
  return function* redact(documents) {
    for (const document of documents) {
      const kept = redactDocument(document, decide);
      if (kept) yield kept;
    }
  };
}

function redactDocument(document: BsonDocument, decide: Evaluate): BsonDocument | undefined {
  const decision = decide(document);
  if (decision === '$$KEEP') return document;
  if (decision === '$$PRUNE') return undefined;
  if (decision !== '$$DESCEND') {
    throw new CommandError(
      17053,
      "$redact's expression should not return anything aside from the variables $$KEEP, $$DESCEND, and $$PRUNE",
    );
  }
  const result: BsonDocument = {};
  for (const [field, value] of Object.entries(document)) {
    const kept = redactValue(value, decide);
    if (kept !== undefined) setField(result, field, kept);
  }
  return result;
}

function redactValue(value: BsonValue, decide: Evaluate): BsonValue {
  if (isDocument(value)) return redactDocument(value, decide);
  if (!Array.isArray(value)) return value;
  return value.map((element) => redactValue(element, decide)).filter((element) => element !== undefined);
}
