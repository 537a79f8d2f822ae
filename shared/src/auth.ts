import { z } from 'zod';
import { ContractSchema } from './contract.ts';
import { limits } from './limits.ts';
import { isVisible, TextSchema } from './text.ts';

/** A session token as Clerk makes it; it lives about a minute. */
export const TokenSchema = TextSchema.min(1).max(limits.tokenLengthMax);

/** What a WebSocket client sends as tRPC connectionParams. */
export const ConnectionParamsSchema = z.object({
  token: TokenSchema,
  contract: ContractSchema,
  /** `1`: the person looks at this client, so nothing need be pushed to them. Later `device.setForeground` tells. */
  foreground: z
    .literal('1')
    .transform(() => true)
    .catch(false),
});

export const RefreshInputSchema = z.object({ token: TokenSchema });
export const RefreshOutputSchema = z.object({
  expiresAt: z.date().describe('When the new token expires; refresh again before that.'),
});

/** The name is part of the token, letters beyond ASCII in three or more characters each; what follows them has 255 in all. */
function fitsToken(name: string): boolean {
  return encodeURIComponent(name.toLowerCase()).length <= 240;
}

/** `POST /dev/token`, the local issuer's only endpoint. */
export const DevTokenInputSchema = z.object({
  user: TextSchema.normalize('NFC')
    .trim()
    .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,39}$/u, 'is not a name')
    .refine(isVisible, 'shows nothing')
    .refine(fitsToken, 'is too long'),
});
export const DevTokenOutputSchema = z.object({ token: TokenSchema, expiresAt: z.iso.datetime() });

/** How long a local token is good; as long as Clerk's. */
export const devTokenSeconds = 60;

/** The people the local issuer offers; any other name makes that person. */
export const demoPeople = ['alice', 'bob', 'carol', 'dave', 'erin'] as const;
