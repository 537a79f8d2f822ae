import { CommandError } from '../errors.ts';

/** The error for a top-level operator that MongoDB does not know, or this server does not have. */
export function refuseTopLevelOperator(name: string): CommandError {
  if (name === '$text') return new CommandError('IndexNotFound', 'text index required for $text query');
  if (name === '$where')
    return new CommandError('BadValue', '$where is not supported: this server runs no scripts');
  if (name === '$jsonSchema')
    return new CommandError('BadValue', '$jsonSchema is not supported by this server');
  return new CommandError(
    'BadValue',
    `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
  );
}

/** The same for an operator on a field. */
export function unknownOperator(name: string): CommandError {
  if (name === '$near' || name === '$nearSphere') {
    return new CommandError('NoQueryExecutionPlans', 'unable to find index for $geoNear query');
  }
  if (name.startsWith('$geo') || name === '$within') {
    return new CommandError('BadValue', `${name} is not supported by this server`);
  }
  return new CommandError('BadValue', `unknown operator: ${name}`);
}
