import { Binary } from 'bson';
import { randomUUID } from 'node:crypto';
import { CommandError } from '../errors.ts';
import type { Command } from './command.ts';

/** Sessions carry no state here: without transactions and retryable writes there is nothing to keep. */
function acknowledged(name: string): Command {
  return { name, fields: [name], isWrite: false, run: () => ({ ok: 1 }) };
}

export const endSessions = acknowledged('endSessions');
export const refreshSessions = acknowledged('refreshSessions');
export const killSessions = acknowledged('killSessions');

export const startSession: Command = {
  name: 'startSession',
  fields: ['startSession'],
  isWrite: false,
  run: () => {
    const id = new Binary(Buffer.from(randomUUID().replaceAll('-', ''), 'hex'), Binary.SUBTYPE_UUID);
    return { id: { id }, timeoutMinutes: 30, ok: 1 };
  },
};

function refuseTransaction(name: string): Command {
  return {
    name,
    fields: 'any',
    isWrite: false,
    run() {
      throw noTransactions();
    },
  };
}

export const commitTransaction = refuseTransaction('commitTransaction');
export const abortTransaction = refuseTransaction('abortTransaction');

export function noTransactions(): CommandError {
  return new CommandError(
    'IllegalOperation',
    'Transaction numbers are only allowed on a replica set member or mongos',
  );
}
