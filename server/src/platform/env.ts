import { limits } from '@whisper/shared';
import { resolve } from 'node:path';
import { z } from 'zod';
import { readEnvFile } from './env-file.ts';
import {
  basePath,
  bearerSecret,
  claim,
  clerkSecretKey,
  host,
  httpUrl,
  defaultMediaTypes,
  list,
  mediaTypes,
  mongodbUri,
  origins,
  password,
  publicPem,
  redisUrl,
  webhookSecret,
  wholeNumber,
} from './env-values.ts';
import { hosts, serviceAccount, vapidKey, vapidSubject } from './push-values.ts';

const hourSeconds = 3_600;

/** A process that is asked to end ends within 10 s, calls in flight and all. */
const drainSecondsMax = 4;

/** Every setting there is. Nothing else reads process.env. */
const EnvSchema = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']),
  PORT: wholeNumber({ min: 0, max: 65_535 }).default(3000),
  HOST: host.optional(),
  BASE_PATH: basePath.default(''),
  KEEP_ALIVE_SECONDS: wholeNumber({ min: 1, max: hourSeconds }).default(75),
  MONGODB_URI: mongodbUri.optional(),
  REDIS_URL: redisUrl.optional(),
  DATA_DIR: z.string().default('.data'),
  FILES_SIZE_MAX_MB: wholeNumber({ min: 1, max: 1_048_576 }).default(2_048),
  FILES_QUOTA_MB: wholeNumber({ min: 1, max: 1_073_741_824 }).default(10_240),
  FILES_MEGAPIXELS_MAX: wholeNumber({ min: 1, max: 500 }).default(50),
  FILES_TYPES: mediaTypes.default(defaultMediaTypes),
  FILES_UNSENT_HOURS: wholeNumber({ min: 1, max: 8_760 }).default(24),
  FILES_S3_URL: httpUrl.optional(),
  FILES_S3_REGION: z.string().default('us-east-1'),
  FILES_S3_ACCESS_KEY_ID: z.string().optional(),
  FILES_S3_SECRET_ACCESS_KEY: z.string().optional(),
  PUBLIC_URL: httpUrl.optional(),
  CLERK_SECRET_KEY: clerkSecretKey.optional(),
  CLERK_JWT_KEY: publicPem.optional(),
  CLERK_API_URL: httpUrl.optional(),
  CLERK_AUTHORIZED_PARTIES: origins.optional(),
  CLERK_ISSUER: list.pipe(z.array(httpUrl)).optional(),
  CLERK_AUDIENCE: list.optional(),
  CLERK_WEBHOOK_SIGNING_SECRET: webhookSecret.optional(),
  FRONTEND_URL: origins.optional(),
  MODERATORS: list.optional(),
  MODERATOR_CLAIM: claim.default({ path: ['metadata', 'role'], value: 'moderator' }),
  PANEL_TOKEN: password.optional(),
  METRICS_TOKEN: bearerSecret.optional(),
  DEV_SIGN_IN_LAN: z.enum(['on', 'off']).default('off'),
  TOKEN_GRACE_SECONDS: wholeNumber({ min: 0, max: hourSeconds }).default(30),
  DRAIN_SECONDS: wholeNumber({ min: 0, max: drainSecondsMax }).default(3),
  RETENTION_DAYS: wholeNumber({ min: 1, max: limits.retentionDaysMax }).optional(),
  PUSH: z.enum(['on', 'off']).default('on'),
  PUSH_DELAY_SECONDS: wholeNumber({ min: 0, max: 60 }).default(1),
  PUSH_TEXT: z.enum(['on', 'off']).default('on'),
  PUSH_VAPID_SUBJECT: vapidSubject.optional(),
  PUSH_VAPID_PUBLIC_KEY: vapidKey({ bytes: 65 }).optional(),
  PUSH_VAPID_PRIVATE_KEY: vapidKey({ bytes: 32 }).optional(),
  PUSH_WEB_HOSTS: hosts.optional(),
  PUSH_EXPO_ACCESS_TOKEN: bearerSecret.optional(),
  PUSH_EXPO_URL: httpUrl.default('https://exp.host'),
  PUSH_FCM_SERVICE_ACCOUNT: serviceAccount.optional(),
  PUSH_FCM_URL: httpUrl.default('https://fcm.googleapis.com'),
  RATE_LIMITS: z.enum(['on', 'off']).default('on'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

type ParsedEnv = z.infer<typeof EnvSchema>;

export type Env = Readonly<ParsedEnv> & {
  readonly isProduction: boolean;
  /** Nobody configured Clerk: people come from the local issuer. */
  readonly isLocalIssuer: boolean;
};

/** Says everything that is wrong at once, each by its variable's name. */
export class EnvError extends Error {
  override readonly name = 'EnvError';
}

export const envNames = Object.keys(EnvSchema.shape);

/** Takes over what a `.env` file in the working directory sets, where the environment does not. Throws EnvError. */
export function loadEnvFile(): void {
  try {
    for (const [name, value] of Object.entries(readEnvFile('.env'))) process.env[name] ??= value;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EnvError(`The file .env cannot be read: ${reason}`, { cause });
  }
}

/** What this process was given, for one like it. */
export function givenEnv(): Record<string, string | undefined> {
  return { ...process.env };
}

/**
 * Reads and checks the settings; an empty value counts as unset, blanks around one do not count. Who sets a Clerk key
 * and says nothing of NODE_ENV means production. Throws EnvError.
 */
export function readEnv(source: Record<string, string | undefined> = process.env): Env {
  const given = Object.fromEntries(
    envNames.flatMap((name) => (source[name] ? [[name, source[name].trim()] as const] : [])),
  );
  const NODE_ENV = given['NODE_ENV'] || ('CLERK_SECRET_KEY' in given ? 'production' : 'development');
  const parsed = EnvSchema.safeParse({
    ...Object.fromEntries(Object.entries(given).filter(isSaid)),
    NODE_ENV,
  });
  const blank = Object.entries(given).filter((entry) => !isSaid(entry));
  const problems = [
    ...blank.map(([name]) => `${name}: holds nothing but blanks; leave it empty to unset it`),
    ...(parsed.error?.issues.map(({ path, message }) => `${String(path[0])}: ${message}`) ?? []),
    ...findConflicts(given, NODE_ENV === 'production'),
  ];
  if (!parsed.success || problems.length > 0) {
    throw new EnvError(`Some settings are wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
  return {
    ...parsed.data,
    DATA_DIR: resolve(parsed.data.DATA_DIR),
    isProduction: parsed.data.NODE_ENV === 'production',
    isLocalIssuer: parsed.data.CLERK_SECRET_KEY === undefined,
  };
}

function isSaid([, value]: [string, string]): boolean {
  return value !== '';
}

/** What is wrong between settings. Looks at the raw values, because a schema stops at the first invalid one. */
function findConflicts(given: Readonly<Record<string, string>>, isProduction: boolean): string[] {
  const isWithoutClerk = !('CLERK_SECRET_KEY' in given);
  const conflicts: string[] = [];
  if (isWithoutClerk && isProduction) {
    conflicts.push('CLERK_SECRET_KEY: is required in production: people sign in with Clerk');
  } else if (isWithoutClerk && Object.keys(given).some((name) => name.startsWith('CLERK_'))) {
    conflicts.push('CLERK_SECRET_KEY: is required beside other CLERK_ settings: profiles are read with it');
  }
  if (isProduction && !('CLERK_AUTHORIZED_PARTIES' in given)) {
    const why = 'NODE_ENV' in given ? '' : ' (which CLERK_SECRET_KEY means while NODE_ENV is unset)';
    conflicts.push(
      `CLERK_AUTHORIZED_PARTIES: is required in production${why}: the origins whose tokens are accepted`,
    );
  }
  if (given['DEV_SIGN_IN_LAN'] === 'on' && (isProduction || !isWithoutClerk)) {
    conflicts.push(
      'DEV_SIGN_IN_LAN: is of the local sign-in, which there is not in production, nor with Clerk',
    );
  }
  if (isProduction && given['RATE_LIMITS'] === 'off')
    conflicts.push('RATE_LIMITS: cannot be off in production');
  if ('PUSH_VAPID_PUBLIC_KEY' in given !== 'PUSH_VAPID_PRIVATE_KEY' in given) {
    const missing = 'PUSH_VAPID_PUBLIC_KEY' in given ? 'PUSH_VAPID_PRIVATE_KEY' : 'PUSH_VAPID_PUBLIC_KEY';
    conflicts.push(`${missing}: belongs to the other key of VAPID, so it is required beside it`);
  }
  if ('REDIS_URL' in given && !('MONGODB_URI' in given)) {
    conflicts.push('REDIS_URL: is for several processes over one database, so it needs MONGODB_URI');
  }
  const s3 = ['FILES_S3_URL', 'FILES_S3_ACCESS_KEY_ID', 'FILES_S3_SECRET_ACCESS_KEY'];
  const missing = s3.filter((name) => !(name in given));
  if (missing.length > 0 && missing.length < s3.length) {
    conflicts.push(`${missing.join(', ')}: is required beside the other FILES_S3_ settings`);
  }
  return conflicts;
}
