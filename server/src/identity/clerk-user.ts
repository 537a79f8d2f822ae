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
  email_addresses: z.array(z.object({ email_address: z.string() })).default([]),
  updated_at: z.number().nullish(),
});

export function toPerson(user: z.infer<typeof ClerkUserSchema>): Person {
  const email = user.email_addresses[0]?.email_address.toLowerCase() ?? '';
  const fullName = `${user.first_name} ${user.last_name}`.trim();
  return {
    clerkId: user.id,
    name: fullName || email.split('@')[0] || user.username || 'New user',
    email,
    avatar: user.image_url || null,
    updatedAt: new Date(user.updated_at ?? 0),
  };
}
