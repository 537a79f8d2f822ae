import { type Counted, mapCounted } from '../bson/document-sequence.ts';
import { encodeDocument } from '../bson/value.ts';
import { insertDocument } from '../engine/write-documents.ts';
import { CommandError } from '../errors.ts';
import { ready } from '../pace/pace.ts';
import { type Command, type CommandContext, targetOf } from './command.ts';
import { runStatements } from './statements.ts';

export const insert: Command = {
  name: 'insert',
  fields: ['insert', 'documents', 'ordered', 'bypassDocumentValidation'],
  isWrite: true,
  *run(ctx) {
    const namespace = targetOf(ctx);
    const skipsValidation = ctx.args.boolean('bypassDocumentValidation');
    const scope = { store: ctx.engine, namespace, deadline: ctx.deadline, skipsValidation };
    let n = 0;
    const writeErrors = yield* runStatements(documentsOf(ctx), ctx, (bytes) => {
      insertDocument(scope, bytes);
      n += 1;
      return ready(undefined);
    });
    return { n, ...writeErrors, ok: 1 };
  },
};

function documentsOf({ args, sequences }: CommandContext): Counted<Buffer> {
  const beside = sequences.get('documents');
  if (beside) return beside;
  const documents = args.documents('documents');
  if (!documents) throw new CommandError('MissingCommandField', "BSON field 'insert.documents' is missing");
  return mapCounted(documents, encodeDocument);
}
