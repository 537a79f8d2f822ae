import { z } from 'zod';

/** What somebody is in a group. An owner may do what an admin may, and an admin what a member may. */
export const RoleSchema = z.enum(['owner', 'admin', 'member']);
export type Role = z.infer<typeof RoleSchema>;
