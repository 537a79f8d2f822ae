import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';

const optional = z.string().min(1).optional();

const list = z
  .string()
  .transform((value) => value.split(',').map((part) => part.trim()))
  .pipe(z.array(z.string().min(1)))
  .optional();

/** Every setting there is. Nothing else reads process.env. */
const EnvSchema = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: optional.describe('Address to listen on'),
  MONGODB_URI: optional.describe('A MongoDB connection string'),
  DATA_DIR: z.string().min(1).default('.data'),
  CLERK_SECRET_KEY: optional,
  CLERK_JWT_KEY: optional,
  CLERK_API_URL: z.url().optional(),
  CLERK_AUTHORIZED_PARTIES: list,
  CLERK_WEBHOOK_SIGNING_SECRET: optional,
  FRONTEND_URL: list,
  PANEL_TOKEN: optional,
  METRICS_TOKEN: optional,
  TOKEN_GRACE_SECONDS: z.coerce.number().int().min(0).default(30),
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
  if (!existsSync('.env')) return;
  try {
    process.loadEnvFile('.env');
  } catch (cause) {
    throw new EnvError(`The file .env cannot be read: ${String(cause)}`, { cause });
  }
}

/** Reads and checks the settings; an empty value counts as unset. Throws EnvError. */
export function readEnv(source: Record<string, string | undefined> = process.env): Env {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const parsed = EnvSchema.safeParse(given);
  const invalid = parsed.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];
  const problems = [...invalid, ...findConflicts(given)];
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

/** What is wrong between settings. Looks at the raw values, because a schema stops at the first invalid one. */
function findConflicts(given: Record<string, string | undefined>): string[] {
  const isProduction = given['NODE_ENV'] === 'production';
  const isWithoutClerk = given['CLERK_SECRET_KEY'] === undefined;
  const conflicts: string[] = [];
  if (isWithoutClerk && isProduction) {
    conflicts.push('CLERK_SECRET_KEY: is required in production: people sign in with Clerk');
  } else if (isWithoutClerk && (given['CLERK_JWT_KEY'] ?? given['CLERK_API_URL']) !== undefined) {
    conflicts.push('CLERK_SECRET_KEY: is required beside other CLERK_ settings: profiles are read with it');
  }
  if (isProduction && given['CLERK_AUTHORIZED_PARTIES'] === undefined) {
    conflicts.push(
      'CLERK_AUTHORIZED_PARTIES: is required in production: the origins whose tokens are accepted',
    );
  }
  if (isProduction && given['RATE_LIMITS'] === 'off')
    conflicts.push('RATE_LIMITS: cannot be off in production');
  return conflicts;
}
