import { CommandError } from '../errors.ts';
import type { Command } from './command.ts';

export const configureFailPoint: Command = {
  name: 'configureFailPoint',
  fields: ['configureFailPoint', 'mode', 'data'],
  isWrite: false,
  isAdminOnly: true,
  run({ engine, args }) {
    const name = args.requireString('configureFailPoint');
    if (name !== 'failCommand')
      throw new CommandError('BadValue', `Cannot find fail point '${name}': only failCommand is`);
    engine.failPoints.configure(args.value('mode'), args.document('data') ?? {});
    return { count: 0, ok: 1 };
  },
};
