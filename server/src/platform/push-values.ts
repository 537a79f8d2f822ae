import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { httpUrl, list } from './env-values.ts';

// What a setting of pushes may be.

/** A key of VAPID: a point of P-256, or the number that it belongs to, in the base64 of addresses. */
export function vapidKey({ bytes }: { readonly bytes: number }) {
  return z
    .string()
    .refine(
      (text) => /^[\w-]+$/.test(text) && Buffer.from(text, 'base64url').length === bytes,
      `must be a VAPID key: ${bytes} bytes in base64url`,
    );
}

/** Whom push services may write to. */
export const vapidSubject = z
  .string()
  .regex(/^(mailto:[^\s@]+@[^\s@]+|https:\/\/[^\s/]+.*)$/, 'must begin with mailto: or https://');

/** Comma separated hosts, each with its port unless that goes without saying. */
export const hosts = list.transform((parts, context) =>
  parts.map((part) => {
    const isHost = URL.canParse(`http://${part}`) && new URL(`http://${part}`).host === part.toLowerCase();
    if (!isHost) context.addIssue(`"${part}" is no host, such as push.example or 127.0.0.1:8080`);
    return part.toLowerCase();
  }),
);

const ServiceAccountSchema = z.object({
  project_id: z.string().regex(/^[\w.:-]+$/),
  client_email: z.string().min(1),
  private_key: z.string().refine(isPrivateKey),
  token_uri: httpUrl.default('https://oauth2.googleapis.com/token'),
});
export type ServiceAccount = z.infer<typeof ServiceAccountSchema>;

/** The JSON that Google gives for a service account, or the file it is in. */
export const serviceAccount = z.string().transform((value, context) => {
  const parsed = ServiceAccountSchema.safeParse(readServiceAccount(value));
  if (!parsed.success) {
    context.addIssue('must be the JSON of a service account of Google, or the path of a file that holds it');
  }
  return parsed.data ?? z.NEVER;
});

function readServiceAccount(value: string): unknown {
  try {
    return JSON.parse(value.startsWith('{') ? value : readFileSync(value, 'utf8'));
  } catch {
    return undefined;
  }
}

function isPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}
