import { CommandError } from '../errors.ts';
import { compareValues, type StringOrder } from '../query/compare.ts';
import { type BsonDocument, type BsonValue, isDocument, setField } from '../query/value.ts';
import { type Accumulator, accumulators } from './accumulators.ts';
import { compileExpression, type Evaluate } from './expression.ts';
import { groupKey } from './group-key.ts';
import { hasMingoOperator, runStageWithMingo } from './mingo.ts';
import type { Documents, PipelineContext, Stage } from './stage.ts';

type Field = { readonly name: string; readonly evaluate: Evaluate; readonly start: () => Accumulator };
type Group = { readonly id: BsonValue; readonly accumulators: readonly Accumulator[] };

/** `$group`; groups come in the order of their first documents. */
export function compileGroup(spec: BsonValue, context: PipelineContext): Stage {
  if (!isDocument(spec)) throw new CommandError(15947, "a group's fields must be specified in an object");
  if (!('_id' in spec)) throw new CommandError(15955, 'a group specification must include an _id');
  const { _id: idExpression, ...rest } = spec;
  const operators = Object.entries(rest).map(([name, operand]) => parseField(name, operand));
  if (operators.some(({ operator }) => !Object.hasOwn(accumulators, operator))) {
    return (documents) => runStageWithMingo({ $group: spec }, documents);
  }
  const idOf = compileExpression(idExpression, context);
  const fields = operators.flatMap(({ name, operator, operand }): Field[] => {
    const start = accumulators[operator];
    return start ? [{ name, evaluate: compileExpression(operand, context), start }] : [];
  });
  return function* group(documents) {
    for (const { id, accumulators: gathered } of gather(documents, {
      idOf,
      fields,
      strings: context.collation?.compare,
    })) {
      yield toDocument(id, fields, gathered);
    }
  };
}

function parseField(name: string, operand: BsonValue) {
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
  const isKnown = Object.hasOwn(accumulators, operator) || hasMingoOperator('accumulator', operator);
  if (!isKnown) throw new CommandError(15952, `unknown group operator '${operator}'`);
  return { name, operator, operand: operand[operator] };
}

type Grouping = {
  readonly idOf: Evaluate;
  readonly fields: readonly Field[];
  readonly strings: StringOrder | undefined;
};

function gather(documents: Documents, { idOf, fields, strings }: Grouping): Iterable<Group> {
  const groups = new Map<string, Group>();
  for (const document of documents) {
    const id = idOf(document) ?? null;
    const key = groupKey(strings ? representativeOf(id, groups, strings) : id);
    const group = groups.get(key) ?? { id, accumulators: fields.map(({ start }) => start()) };
    groups.set(key, group);
    for (const [at, accumulator] of group.accumulators.entries())
      accumulator.add(fields[at]?.evaluate(document));
  }
  return groups.values();
}

// A collation has no key to hash by: the first equal group stands for the value.
function representativeOf(
  id: BsonValue,
  groups: ReadonlyMap<string, Group>,
  strings: StringOrder,
): BsonValue {
  for (const group of groups.values()) if (compareValues(group.id, id, strings) === 0) return group.id;
  return id;
}

function toDocument(id: BsonValue, fields: readonly Field[], gathered: readonly Accumulator[]): BsonDocument {
  const document: BsonDocument = { _id: id };
  for (const [at, { name }] of fields.entries()) setField(document, name, gathered[at]?.result() ?? null);
  return document;
}
