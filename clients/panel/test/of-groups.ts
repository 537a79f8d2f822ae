/** Procedures that a direct chat refuses, or that need the code of an invitation: a fresh server has neither group nor code. */
const ofGroups = [
  'chat.update',
  'chat.addMembers',
  'chat.removeMember',
  'chat.leave',
  'chat.setRole',
  'chat.createInvite',
  'chat.listInvites',
  'chat.revokeInvite',
  'chat.join',
];

export const isOfGroups = ({ path }: { readonly path: string }) => ofGroups.includes(path);
