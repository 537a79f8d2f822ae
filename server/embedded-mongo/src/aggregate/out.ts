import { isDocument, type BsonValue } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { parseNamespace } from './lookup.ts';
import { gather, type PipelineContext, type Stage } from './stage.ts';

/** `$out`: the documents take the place of all that the target collection held. */
export function compileOut(spec: BsonValue, context: PipelineContext): Stage {
  if (isDocument(spec) && 'timeseries' in spec) {
    throw new CommandError('CommandNotSupported', 'Time-series collections are not supported by this server');
  }
  const target = parseNamespace('$out', spec, context);
  return function* out(documents) {
    yield* context.host.replaceCollection(target, yield* gather(documents));
  };
}
