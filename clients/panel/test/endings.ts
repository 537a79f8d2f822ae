import type { ProcedureDescription } from '@whisper/server';

/** What ends something, of which nothing can be asked afterwards: each by itself, after everything else. */
const endings = [
  'report.deleteMessage',
  'report.resolve',
  'user.block',
  'user.unblock',
  'user.suspend',
  'user.unsuspend',
  'device.remove',
  'message.delete',
  'chat.revokeInvite',
  'chat.removeMember',
  'chat.leave',
  'me.erase',
];

/** Procedures in groups, each of which can be called when those before it were: the first in any order. */
export function endingsLast(
  all: readonly ProcedureDescription[],
): readonly (readonly ProcedureDescription[])[] {
  const others = all.filter(({ path }) => !endings.includes(path));
  return [others, ...endings.map((ending) => all.filter(({ path }) => path === ending))];
}
