import { Int32 } from 'bson';
import { isTruthy } from '../bson/bson-type.ts';
import { compareValues } from '../bson/compare.ts';
import { type BsonValue, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import {
  argumentsOf,
  binary,
  evaluateLet,
  isNullish,
  namedArguments,
  type OperatorTable,
  unary,
  withNames,
} from './node.ts';

export const logicOperators: OperatorTable = {
  $eq: comparison('$eq', (order) => order === 0),
  $ne: comparison('$ne', (order) => order !== 0),
  $gt: comparison('$gt', (order) => order > 0),
  $gte: comparison('$gte', (order) => order >= 0),
  $lt: comparison('$lt', (order) => order < 0),
  $lte: comparison('$lte', (order) => order <= 0),
  $cmp: binary('$cmp', (a, b, strings) => new Int32(compareValues(a, b, strings))),
  $not: unary('$not', (value) => !isTruthy(value)),
  $and: (operand, scope, compile) => {
    const nodes = listOf(operand).map((argument) => compile(argument, scope));
    return (env) => nodes.every((node) => isTruthy(node(env)));
  },
  $or: (operand, scope, compile) => {
    const nodes = listOf(operand).map((argument) => compile(argument, scope));
    return (env) => nodes.some((node) => isTruthy(node(env)));
  },
  $cond: (operand, scope, compile) => {
    const [condition, whenTrue, whenFalse] = condArguments(operand).map((argument) =>
      compile(argument, scope),
    );
    return (env) => (isTruthy(condition?.(env)) ? whenTrue?.(env) : whenFalse?.(env));
  },
  $ifNull: (operand, scope, compile) => {
    const nodes = argumentsOf('$ifNull', operand, [2, Infinity]).map((argument) => compile(argument, scope));
    const last = nodes.pop();
    return (env) => {
      for (const node of nodes) {
        const value = node(env);
        if (!isNullish(value)) return value;
      }
      return last?.(env);
    };
  },
  $switch: (operand, scope, compile) => {
    const { branches, default: otherwise } = namedArguments('$switch', operand, ['branches', 'default']);
    const cases = listOf(branches).map((branch) => {
      const { case: condition, then } = namedArguments('$switch', branch, ['case', 'then']);
      return { isCase: compile(condition, scope), outcome: compile(then, scope) };
    });
    if (cases.length === 0) throw new CommandError(40068, '$switch requires at least one branch');
    const fallback = otherwise === undefined ? undefined : compile(otherwise, scope);
    return (env) => {
      const found = cases.find(({ isCase }) => isTruthy(isCase(env)));
      if (found) return found.outcome(env);
      if (fallback) return fallback(env);
      throw new CommandError(
        40066,
        '$switch could not find a matching branch for an input, and no default was specified',
      );
    };
  },
  $let: (operand, scope, compile) => {
    const { vars, in: body } = namedArguments('$let', operand, ['vars', 'in']);
    if (!isDocument(vars))
      throw new CommandError(16875, 'invalid parameter: expected an object (vars) in $let');
    const nodes = new Map(Object.entries(vars).map(([name, value]) => [name, compile(value, scope)]));
    const inner = compile(body, withNames(scope, nodes.keys()));
    return (env) => {
      const own = evaluateLet(vars, () => null);
      const values: Record<string, BsonValue> = { ...env.variables, ...own };
      for (const [name, node] of nodes) values[name] = node(env);
      return inner({ root: env.root, variables: values });
    };
  },
};

function comparison(name: string, accepts: (order: number) => boolean) {
  return binary(name, (a, b, strings) => accepts(compareValues(a, b, strings)));
}

function listOf(operand: BsonValue): readonly BsonValue[] {
  return Array.isArray(operand) ? operand : [operand];
}

function condArguments(operand: BsonValue): readonly BsonValue[] {
  if (!isDocument(operand)) return argumentsOf('$cond', operand, [3, 3]);
  const parts = namedArguments('$cond', operand, ['if', 'then', 'else']);
  for (const [at, name] of ['if', 'then', 'else'].entries()) {
    if (!(name in parts)) throw new CommandError(17080 + at, `Missing '${name}' parameter to $cond`);
  }
  return [parts['if'], parts['then'], parts['else']];
}
