import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EnvError, envNames, readEnv } from './env.ts';

const root = new URL('../../../', import.meta.url);
const example = readFileSync(new URL('.env.example', root), 'utf8');

function problemsOf(source: Record<string, string>): string[] {
  try {
    readEnv(source);
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    return error.message.split('\n').slice(1);
  }
  return [];
}

const production = {
  NODE_ENV: 'production',
  CLERK_SECRET_KEY: 'sk_test_1',
  CLERK_AUTHORIZED_PARTIES: 'https://chat.example, https://www.chat.example',
};

describe('settings', () => {
  test('nothing set is a complete configuration with the local issuer', () => {
    expect(readEnv({})).toMatchObject({
      PORT: 3000,
      isProduction: false,
      isLocalIssuer: true,
      RATE_LIMITS: 'on',
    });
  });

  test('an empty value counts as unset', () => {
    expect(readEnv({ PORT: '', CLERK_SECRET_KEY: '', MONGODB_URI: '' })).toEqual(readEnv({}));
  });

  test('every problem is reported at once, by name', () => {
    const problems = problemsOf({
      NODE_ENV: 'production',
      PORT: 'abc',
      CLERK_API_URL: 'nowhere',
      RATE_LIMITS: 'off',
      LOG_LEVEL: 'loud',
    });
    expect(problems.map((line) => line.trim().split(':')[0])).toEqual([
      'PORT',
      'CLERK_API_URL',
      'LOG_LEVEL',
      'CLERK_SECRET_KEY',
      'CLERK_AUTHORIZED_PARTIES',
      'RATE_LIMITS',
    ]);
  });

  test('production without CLERK_SECRET_KEY refuses with a sentence that says so', () => {
    const { CLERK_SECRET_KEY: _, ...rest } = production;
    expect(problemsOf(rest)).toEqual([
      '  CLERK_SECRET_KEY: is required in production: people sign in with Clerk',
    ]);
  });

  test('production without authorized parties refuses', () => {
    expect(problemsOf({ ...production, CLERK_AUTHORIZED_PARTIES: '' })).toHaveLength(1);
  });

  test('production never has a local issuer', () => {
    expect(readEnv(production)).toMatchObject({
      isProduction: true,
      isLocalIssuer: false,
      CLERK_AUTHORIZED_PARTIES: ['https://chat.example', 'https://www.chat.example'],
    });
  });

  test('a Clerk key without the secret refuses, because profiles could not be read', () => {
    expect(problemsOf({ CLERK_JWT_KEY: 'pem' })).toHaveLength(1);
    expect(problemsOf({ CLERK_API_URL: 'http://127.0.0.1:1' })).toHaveLength(1);
  });
});

describe('.env.example', () => {
  const lines = example.split('\n');
  const settings = lines.filter((line) => /^\w+=/.test(line));

  test('names every setting that is read, in the same order, and no other', () => {
    expect(settings.map((line) => line.split('=')[0])).toEqual(envNames);
  });

  test('says one line about each', () => {
    for (const setting of settings) expect(lines[lines.indexOf(setting) - 1]).toMatch(/^# \S/);
  });

  test('holds the defaults: using it changes nothing', () => {
    const values = Object.fromEntries(settings.map((line) => line.split('=') as [string, string]));
    expect(readEnv(values)).toEqual(readEnv({}));
  });
});

test('the settings table of the README names every setting', () => {
  const readme = readFileSync(new URL('README.md', root), 'utf8');
  const named = [...readme.matchAll(/^\| `([A-Z_]+)`/gm)].map((match) => match[1]);
  expect(new Set(named)).toEqual(new Set(envNames));
});
