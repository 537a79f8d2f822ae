import { createPublicKey } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';
import { parseRedisUrl } from './redis-address.ts';

// What a setting may be. Values come trimmed; messages never repeat a secret.

const rsaBitsMin = 2048;

/** Schemes of addresses that never are the origin of a page. */
const schemesWithoutPages = new Set(['ws:', 'wss:', 'ftp:', 'file:']);

/** Digits alone: `Number` would also take blanks, hexadecimals and exponents. */
export function wholeNumber({ min, max }: { readonly min: number; readonly max: number }) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,10}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

/** Comma separated; at least one. */
export const list = z
  .string()
  .transform((value) => value.split(',').flatMap((part) => part.trim() || []))
  .refine((parts) => parts.length > 0, 'names nothing');

/** Comma separated origins, each as a browser writes it: lower case, without a slash or a port that goes without saying. */
export const origins = list.transform((parts, context) =>
  parts.flatMap((part) => {
    const origin = originOf(part);
    if (origin === undefined) {
      context.addIssue(
        `"${part}" is no origin: write a scheme and a host alone, such as https://chat.example`,
      );
    }
    return origin ?? [];
  }),
);

function originOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, host, origin, username, password, pathname, search, hash } = new URL(text);
  const isBare = [username, password, search, hash].every((part) => part === '') && /^\/?$/.test(pathname);
  if (!isBare || host === '' || host.includes('*') || schemesWithoutPages.has(protocol)) return undefined;
  // The apps' own schemes, such as capacitor://localhost, have an origin in browsers, though not in the URL standard.
  return origin === 'null' ? `${protocol}//${host.toLowerCase()}` : origin;
}

/** An http(s) address without credentials, query or closing slash. */
export const httpUrl = z
  .string()
  .refine(isHttpUrl, 'must be an address that begins with http:// or https://')
  .transform((value) => new URL(value).href.replace(/\/+$/, ''));

function isHttpUrl(value: string): boolean {
  if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) return false;
  const { username, password, search, hash } = new URL(value);
  return [username, password, search, hash].every((part) => part === '');
}

/** A path prefix, `/chat`; empty for `/`. */
export const basePath = z
  .string()
  .regex(/^(\/[\w.~-]+)*\/?$/, 'must be a path such as /chat')
  .refine((value) => !/\/\.{1,2}(\/|$)/.test(value), 'must be a path without dots alone')
  .transform((value) => value.replace(/\/$/, ''));

export const host = z
  .string()
  .refine(
    (value) => isIP(value) !== 0 || /^[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(value),
    'must be an address or a host name, such as 127.0.0.1 or ::1',
  );

export const mongodbUri = z
  .string()
  .regex(/^mongodb(\+srv)?:\/\/[^/?]+(\/|$)/, 'must begin with mongodb:// or mongodb+srv:// and name a host')
  .refine(isDecodable, 'holds a % that is not followed by two hexadecimal digits');

export const redisUrl = z.string().superRefine((value, context) => {
  try {
    parseRedisUrl(value);
  } catch (error) {
    context.addIssue(error instanceof Error ? error.message : String(error));
  }
});

function isDecodable(value: string): boolean {
  try {
    decodeURIComponent(value);
    return true;
  } catch {
    return false;
  }
}

/** An RSA public key; a PEM in an environment file often has its line breaks written as \n. */
export const publicPem = z.string().transform((value, context) => {
  const pem = readPublicPem(value.replaceAll('\\n', '\n'));
  if (pem === undefined) {
    context.addIssue(`must be an RSA public key of ${rsaBitsMin} bits or more as PEM (BEGIN PUBLIC KEY)`);
  }
  return pem ?? z.NEVER;
});

function readPublicPem(text: string): string | undefined {
  // Node would derive the public half of a private key, which has no business here.
  if (!/^-----BEGIN (RSA )?PUBLIC KEY-----\s/.test(text)) return undefined;
  try {
    const key = createPublicKey(text);
    const isStrong = (key.asymmetricKeyDetails?.modulusLength ?? 0) >= rsaBitsMin;
    if (key.asymmetricKeyType !== 'rsa' || !isStrong) return undefined;
    return key.export({ type: 'spki', format: 'pem' }).toString();
  } catch {
    return undefined;
  }
}

export const clerkSecretKey = z
  .string()
  .regex(
    /^sk_(test|live)_[\x21-\x7e]+$/,
    'must be a secret key of Clerk: it begins with sk_test_ or sk_live_',
  );

/** As Clerk shows it: 16 bytes or more in base64 after the prefix. */
export const webhookSecret = z
  .string()
  .regex(
    /^whsec_(?=.{22})([A-Za-z\d+/]{4})*([A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/,
    'must be a signing secret of Clerk: it begins with whsec_ and goes on in base64',
  );

/** Sent in a header, so it holds what a header can. */
export const bearerSecret = z.string().regex(/^[\x21-\x7e]+$/, 'must be visible ASCII without blanks');

export const password = z.string().regex(/^\P{Cc}+$/u, 'must be one line of text');

/** What people usually send each other. What runs by itself when it is opened is not among it. */
const usualMediaTypes =
  'image/jpeg,image/png,image/gif,image/webp,image/svg+xml,audio/*,video/*,text/*,application/pdf,application/zip,application/gzip,application/x-7z-compressed,application/vnd.*,application/msword,application/rtf,application/epub+zip,application/json,application/xml,application/x-cfb,application/octet-stream';

/** Comma separated media types, such as `image/png` or `audio/*`. */
export const mediaTypes = list.refine(
  (parts) => parts.every((part) => /^[a-z]+\/(?:[a-z0-9.+-]+\*?|\*)$/.test(part)),
  'must be media types separated by commas, such as image/png or audio/*',
);

export const defaultMediaTypes = usualMediaTypes.split(',');
/** A claim of a token and what it holds: `metadata.role:moderator`. */
export const claim = z
  .string()
  .regex(
    /^[\w-]+(\.[\w-]+)*:\S+$/,
    'must be the path of a claim and what it holds, such as metadata.role:moderator',
  )
  .transform((text) => {
    const [path = '', value = ''] = text.split(/:(.*)/s);
    return { path: path.split('.'), value };
  });
