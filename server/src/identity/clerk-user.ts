import { z } from 'zod';
import type { Person } from './person.ts';

const text = z
  .string()
  .nullish()
  .transform((value) => value?.trim() ?? '');

/** The part of Clerk's user record that we read, from its API and its webhooks alike. */
export const ClerkUserSchema = z.object({
  id: z.string().min(1),
  first_name: text,
  last_name: text,
  username: text,
  image_url: text,
  primary_email_address_id: z.string().nullish(),
  email_addresses: z
    .array(
      z.object({
        id: z.string(),
        email_address: z.string(),
        verification: z.object({ status: z.string().nullish() }).nullish(),
      }),
    )
    .default([]),
  banned: z.boolean().nullish(),
  updated_at: z.number().nullish(),
});

export type ClerkUser = z.infer<typeof ClerkUserSchema>;

export function toPerson(user: ClerkUser): Person {
  const email = emailOf(user);
  const fullName = `${user.first_name} ${user.last_name}`.trim();
  return {
    clerkId: user.id,
    name: fullName || email.split('@')[0] || user.username || 'New user',
    email,
    avatar: user.image_url || null,
    updatedAt: new Date(user.updated_at ?? 0),
  };
}

/** The address the person chose, if they proved that it is theirs; anybody can claim another one. */
function emailOf({ primary_email_address_id: primaryId, email_addresses: addresses }: ClerkUser): string {
  const primary = addresses.find(({ id }) => id === primaryId);
  return primary?.verification?.status === 'verified' ? primary.email_address.toLowerCase() : '';
}
