import { isTruthy } from '../bson/bson-type.ts';
import { isNumber, toSafeInteger } from '../bson/numbers.ts';
import type { BsonValue } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { requireArray } from './arrays.ts';
import { type CompileOperator, isNullish, namedArguments, type OperatorTable, withNames } from './node.ts';

export const iterationOperators: OperatorTable = {
  $map: compileMap,
  $filter: compileFilterArray,
  $reduce: compileReduce,
};

function compileMap(...[operand, scope, compile]: Parameters<CompileOperator>): ReturnType<CompileOperator> {
  const { input, as, in: body } = namedArguments('$map', operand, ['input', 'as', 'in']);
  const name = variableName(as);
  const array = compile(input, scope);
  const inner = compile(body, withNames(scope, [name]));
  return (env) => {
    const elements = array(env);
    if (isNullish(elements)) return null;
    return requireArray(elements, 16883, '$map').map(
      (element) => inner({ root: env.root, variables: { ...env.variables, [name]: element } }) ?? null,
    );
  };
}

function compileFilterArray(
  ...[operand, scope, compile]: Parameters<CompileOperator>
): ReturnType<CompileOperator> {
  const { input, as, cond, limit } = namedArguments('$filter', operand, ['input', 'as', 'cond', 'limit']);
  const name = variableName(as);
  const array = compile(input, scope);
  const condition = compile(cond, withNames(scope, [name]));
  const countMax = limit === undefined ? undefined : compile(limit, scope);
  return (env) => {
    const elements = array(env);
    if (isNullish(elements)) return null;
    const kept = requireArray(elements, 28651, '$filter').filter((element) =>
      isTruthy(condition({ root: env.root, variables: { ...env.variables, [name]: element } })),
    );
    const count = countMax?.(env);
    return isNumber(count) ? kept.slice(0, toSafeInteger(count)) : kept;
  };
}

function compileReduce(
  ...[operand, scope, compile]: Parameters<CompileOperator>
): ReturnType<CompileOperator> {
  const {
    input,
    initialValue,
    in: body,
  } = namedArguments('$reduce', operand, ['input', 'initialValue', 'in']);
  const [array, initial] = [compile(input, scope), compile(initialValue, scope)];
  const step = compile(body, withNames(scope, ['value', 'this']));
  return (env) => {
    const elements = array(env);
    if (isNullish(elements)) return null;
    return requireArray(elements, 40080, '$reduce').reduce<BsonValue>(
      (value, element) => step({ root: env.root, variables: { ...env.variables, value, this: element } }),
      initial(env),
    );
  };
}

function variableName(as: BsonValue): string {
  if (as === undefined) return 'this';
  if (typeof as === 'string' && as !== '') return as;
  throw new CommandError('FailedToParse', 'empty variable names are not allowed');
}
