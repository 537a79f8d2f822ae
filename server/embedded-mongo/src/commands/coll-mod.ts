import { CommandError } from '../errors.ts';
import { readValidation } from '../engine/validation.ts';
import { viewOf } from '../storage/view.ts';
import { type Command, targetOf } from './command.ts';
import { readView } from './create-options.ts';
import { nsOf } from './find.ts';

/** Changes a collection's validator or a view's definition. */
export const collMod: Command = {
  name: 'collMod',
  fields: ['collMod', 'validator', 'validationLevel', 'validationAction', 'viewOn', 'pipeline'],
  isWrite: true,
  run(ctx) {
    const namespace = targetOf(ctx);
    const collection = ctx.engine.collection(namespace);
    if (!collection) throw new CommandError('NamespaceNotFound', `ns does not exist: ${nsOf(namespace)}`);
    const view = readView(ctx.args);
    const isView = viewOf(collection.meta) !== undefined;
    if (isView && !view) throw new CommandError('InvalidOptions', 'Only the definition of a view can change');
    if (view && !isView) {
      throw new CommandError('InvalidOptions', 'ns is not a view, and cannot be made one');
    }
    const options = view ?? { ...collection.meta.options, ...readValidation(ctx.args.body) };
    ctx.engine.catalog.setOptions(collection, options);
    return { ok: 1 };
  },
};
