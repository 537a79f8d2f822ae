import {
  AddMembersInputSchema,
  ChatSchema,
  CreateGroupInputSchema,
  CreateInviteInputSchema,
  InviteListSchema,
  InviteSchema,
  JoinInputSchema,
  LeaveGroupInputSchema,
  ListInvitesInputSchema,
  ListMembersInputSchema,
  MemberPageSchema,
  RemoveMemberInputSchema,
  RevokeInviteInputSchema,
  SetRoleInputSchema,
  UpdateGroupInputSchema,
} from '@whisper/shared';
import { z } from 'zod';
import { procedure } from '../trpc.ts';
import { addMembers, leaveGroup, removeMember, setRole } from './change-members.ts';
import { createGroup } from './create-group.ts';
import type { ChatsDeps } from './deps.ts';
import { createInvite, listInvites, revokeInvite } from './invites.ts';
import { joinGroup } from './join-group.ts';
import { listMembers } from './list-members.ts';
import { updateGroup } from './update-group.ts';

/** What is done to groups and the people in them. */
export function groupProcedures(deps: ChatsDeps) {
  return {
    createGroup: procedure
      .meta({
        docs: 'Makes a group of people, with me as its owner. Safe to repeat with the same clientId.',
        cost: { budget: 'chat.openDirect', points: 5 },
      })
      .input(CreateGroupInputSchema)
      .output(ChatSchema)
      .mutation(({ ctx, input }) => createGroup(deps, ctx.viewer, input)),

    update: procedure
      .meta({
        docs: 'Renames a group, changes its picture or what new members see. For owners and admins.',
        cost: { budget: 'changes', points: 1 },
      })
      .input(UpdateGroupInputSchema)
      .output(ChatSchema)
      .mutation(({ ctx, input }) => updateGroup(deps, ctx.viewer, input)),

    members: procedure
      .meta({
        docs: 'The people of a chat and what they are in it.',
        cost: { budget: 'reads', points: 2 },
      })
      .input(ListMembersInputSchema)
      .output(MemberPageSchema)
      .query(({ ctx, input }) => listMembers(deps, ctx.viewer.id, input)),

    addMembers: procedure
      .meta({
        docs: 'Brings people into a group. For owners and admins. Safe to repeat.',
        cost: { budget: 'chat.openDirect', points: 2 },
      })
      .input(AddMembersInputSchema)
      .output(ChatSchema)
      .mutation(({ ctx, input }) => addMembers(deps, ctx.viewer, input)),

    removeMember: procedure
      .meta({
        docs: 'Puts somebody out of a group, who receives nothing written afterwards. For owners and admins.',
        cost: { budget: 'changes', points: 1 },
      })
      .input(RemoveMemberInputSchema)
      .output(ChatSchema)
      .mutation(({ ctx, input }) => removeMember(deps, ctx.viewer, input)),

    leave: procedure
      .meta({
        docs: 'Leaves a group. Its last owner hands it over first.',
        cost: { budget: 'changes', points: 1 },
      })
      .input(LeaveGroupInputSchema)
      .output(z.void())
      .mutation(({ ctx, input }) => leaveGroup(deps, ctx.viewer, input.chatId)),

    setRole: procedure
      .meta({
        docs: 'Makes somebody in a group owner, admin or member. For owners.',
        cost: { budget: 'changes', points: 1 },
      })
      .input(SetRoleInputSchema)
      .output(ChatSchema)
      .mutation(({ ctx, input }) => setRole(deps, ctx.viewer, input)),

    createInvite: procedure
      .meta({
        docs: 'Makes a code by which people come into a group. For owners and admins.',
        cost: { budget: 'changes', points: 1 },
      })
      .input(CreateInviteInputSchema)
      .output(InviteSchema)
      .mutation(({ ctx, input }) => createInvite(deps, ctx.viewer, input)),

    listInvites: procedure
      .meta({
        docs: 'The invitations of a group that work. For owners and admins.',
        cost: { budget: 'reads', points: 1 },
      })
      .input(ListInvitesInputSchema)
      .output(InviteListSchema)
      .query(({ ctx, input }) => listInvites(deps, ctx.viewer, input.chatId)),

    revokeInvite: procedure
      .meta({
        docs: 'Ends an invitation. For owners and admins.',
        cost: { budget: 'changes', points: 1 },
      })
      .input(RevokeInviteInputSchema)
      .output(z.void())
      .mutation(({ ctx, input }) => revokeInvite(deps, ctx.viewer, input)),

    join: procedure
      .meta({
        docs: 'Comes into a group by the code of an invitation.',
        cost: { budget: 'chat.openDirect', points: 1 },
      })
      .input(JoinInputSchema)
      .output(ChatSchema)
      .mutation(({ ctx, input }) => joinGroup(deps, ctx.viewer, input.code)),
  };
}
