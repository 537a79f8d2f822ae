import { type BsonDocument, type BsonValue, isDocument, setField } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { compileExpression, type Evaluate } from '../expressions/expression.ts';
import { type Accumulator, accumulators, type StartAccumulator } from './accumulators.ts';
import { pause } from '../pace/pace.ts';
import { Groups } from './groups.ts';
import { MemoryUse } from './memory-use.ts';
import type { PipelineContext, Stage } from './stage.ts';

type Field = {
  readonly name: string;
  readonly evaluate: Evaluate;
  readonly start: StartAccumulator;
};

const bytesPerGroup = 200;
const bytesPerField = 100;

/** `$group`; groups come in the order of their first documents. */
export function compileGroup(spec: BsonValue, context: PipelineContext): Stage {
  if (!isDocument(spec)) throw new CommandError(15947, "a group's fields must be specified in an object");
  if (!('_id' in spec)) throw new CommandError(15955, 'a group specification must include an _id');
  const { _id: idExpression, ...rest } = spec;
  const idOf = compileExpression(idExpression, context);
  const fields = Object.entries(rest).map(([name, operand]) => compileField(name, operand, context));
  const strings = context.collation?.compare;
  return function* group(documents) {
    const groups = new Groups<readonly Accumulator[]>(strings);
    const memory = new MemoryUse();
    for (const document of documents) {
      if (document === pause) {
        yield pause;
        continue;
      }
      const id = idOf(document) ?? null;
      const gathered = groups.find(id, () => {
        memory.add(id, bytesPerGroup + bytesPerField * fields.length);
        return fields.map(({ start }) => start({ strings, memory }));
      });
      for (const [at, accumulator] of gathered.entries()) accumulator.add(fields[at]?.evaluate(document));
    }
    for (const [id, gathered] of groups) yield toDocument(id, fields, gathered);
  };
}

/** Accumulators of MongoDB that this server does not have. */
const refused: ReadonlySet<string> = new Set([
  '$bottom',
  '$bottomN',
  '$firstN',
  '$lastN',
  '$maxN',
  '$median',
  '$minN',
  '$percentile',
  '$stdDevPop',
  '$stdDevSamp',
  '$top',
  '$topN',
]);

function compileField(name: string, operand: BsonValue, context: PipelineContext): Field {
  if (name.includes('.')) throw new CommandError(40235, `The field name '${name}' cannot contain '.'`);
  if (name.startsWith('$'))
    throw new CommandError(40236, `The field name '${name}' cannot be an operator name`);
  const [operator, ...others] = isDocument(operand) ? Object.keys(operand) : [];
  if (!isDocument(operand) || !operator?.startsWith('$')) {
    throw new CommandError(40234, `The field '${name}' must be an accumulator object`);
  }
  if (others.length > 0) throw new CommandError(40238, `The field '${name}' must specify one accumulator`);
  if (operator === '$accumulator') {
    throw new CommandError('InvalidOptions', '$accumulator is not supported: this server runs no scripts');
  }
  if (refused.has(operator)) {
    throw new CommandError('CommandNotSupported', `${operator} is not supported by this server`);
  }
  const argument = operand[operator];
  if (operator === '$count' && !(isDocument(argument) && Object.keys(argument).length === 0)) {
    throw new CommandError('TypeMismatch', '$count takes no arguments, i.e. $count:{}');
  }
  const start = Object.hasOwn(accumulators, operator) ? accumulators[operator] : undefined;
  if (!start) throw new CommandError(15952, `unknown group operator '${operator}'`);
  return { name, evaluate: compileExpression(argument, context), start };
}

function toDocument(id: BsonValue, fields: readonly Field[], gathered: readonly Accumulator[]): BsonDocument {
  const document: BsonDocument = { _id: id };
  for (const [at, { name }] of fields.entries()) setField(document, name, gathered[at]?.result() ?? null);
  return document;
}
