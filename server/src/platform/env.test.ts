import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readEnvFile } from './env-file.ts';
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

function makeKey(modulusLength: number) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength });
  return {
    pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

const { pem, privatePem } = makeKey(2048);
const { pem: shortPem } = makeKey(1024);

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

  test('the local sign-in serves the network where there is one, and only when asked to', () => {
    expect([readEnv({}).DEV_SIGN_IN_LAN, readEnv({ DEV_SIGN_IN_LAN: 'on' }).DEV_SIGN_IN_LAN]).toEqual([
      'off',
      'on',
    ]);
    for (const elsewhere of [production, { ...production, NODE_ENV: 'development' }]) {
      expect(problemsOf({ ...elsewhere, DEV_SIGN_IN_LAN: 'on' })).toEqual([
        expect.stringContaining('DEV_SIGN_IN_LAN: is of the local sign-in'),
      ]);
    }
  });

  test('production never has a local issuer', () => {
    expect(readEnv(production)).toMatchObject({
      isProduction: true,
      isLocalIssuer: false,
      CLERK_AUTHORIZED_PARTIES: ['https://chat.example', 'https://www.chat.example'],
    });
  });

  test('a Clerk key without the secret refuses, because profiles could not be read', () => {
    for (const setting of [
      { CLERK_API_URL: 'http://127.0.0.1:1' },
      { CLERK_AUTHORIZED_PARTIES: 'https://chat.example' },
      { CLERK_WEBHOOK_SIGNING_SECRET: `whsec_${'A'.repeat(32)}` },
    ]) {
      expect(problemsOf(setting)).toEqual([expect.stringContaining('CLERK_SECRET_KEY: is required beside')]);
    }
  });
});

describe('a Clerk key without NODE_ENV', () => {
  const { NODE_ENV: _, ...withKey } = production;

  test('means production', () => {
    expect(readEnv(withKey)).toEqual(readEnv(production));
    expect(readEnv({ ...withKey, NODE_ENV: 'development' }).isProduction).toBe(false);
  });

  test('refuses whatever production refuses', () => {
    const problems = problemsOf({ CLERK_SECRET_KEY: 'sk_test_1', RATE_LIMITS: 'off' });
    expect(problems).toEqual([
      expect.stringContaining('CLERK_AUTHORIZED_PARTIES: is required'),
      expect.stringContaining('RATE_LIMITS: cannot be off'),
    ]);
  });
});

describe('a setting is what it says', () => {
  test('origins are compared as browsers write them', () => {
    const written =
      'HTTPS://Chat.Example/, https://bücher.example:443 ,http://localhost:80,capacitor://localhost';
    const { CLERK_AUTHORIZED_PARTIES, FRONTEND_URL } = readEnv({
      ...production,
      CLERK_AUTHORIZED_PARTIES: written,
      FRONTEND_URL: written,
    });
    expect(FRONTEND_URL).toEqual([
      'https://chat.example',
      'https://xn--bcher-kva.example',
      'http://localhost',
      'capacitor://localhost',
    ]);
    expect(CLERK_AUTHORIZED_PARTIES).toEqual(FRONTEND_URL);
  });

  test('blanks around a value do not count', () => {
    expect(readEnv({ ...production, CLERK_SECRET_KEY: ' sk_test_1\n' })).toEqual(readEnv(production));
  });

  test('a key may be written in one line', () => {
    const { CLERK_JWT_KEY } = readEnv({ ...production, CLERK_JWT_KEY: pem.replaceAll('\n', '\\n') });
    expect(CLERK_JWT_KEY).toBe(pem);
  });

  test('addresses lose their closing slash, a base path too', () => {
    const { CLERK_API_URL, BASE_PATH } = readEnv({
      ...production,
      CLERK_API_URL: 'https://clerk.example/',
      BASE_PATH: '/chat/',
    });
    expect([CLERK_API_URL, BASE_PATH]).toEqual(['https://clerk.example', '/chat']);
  });

  const wrong: readonly [string, string][] = [
    ['NODE_ENV', 'Production'],
    ['PORT', '0x50'],
    ['PORT', '65536'],
    ['HOST', 'http://0.0.0.0'],
    ['BASE_PATH', 'chat'],
    ['BASE_PATH', '/../chat'],
    ['KEEP_ALIVE_SECONDS', '0'],
    ['KEEP_ALIVE_SECONDS', '1000000000'],
    ['MONGODB_URI', 'localhost:27017'],
    ['MONGODB_URI', 'mongodb://host/%zz'],
    ['DATA_DIR', ' '],
    ['CLERK_SECRET_KEY', ' '],
    ['CLERK_SECRET_KEY', 'pk_test_abc'],
    ['CLERK_JWT_KEY', 'garbage'],
    ['CLERK_JWT_KEY', pem.replace('M', '!')],
    ['CLERK_JWT_KEY', privatePem],
    ['CLERK_JWT_KEY', shortPem],
    ['CLERK_API_URL', 'file:///etc/passwd'],
    ['CLERK_API_URL', 'https://user:secret@clerk.example'],
    ['CLERK_AUTHORIZED_PARTIES', 'https://chat.example/app'],
    ['CLERK_AUTHORIZED_PARTIES', 'chat.example'],
    ['CLERK_AUTHORIZED_PARTIES', 'https://*.example'],
    ['CLERK_AUTHORIZED_PARTIES', ' , '],
    ['CLERK_ISSUER', 'clerk.example'],
    ['CLERK_WEBHOOK_SIGNING_SECRET', 'hunter2'],
    ['CLERK_WEBHOOK_SIGNING_SECRET', 'whsec_x'],
    ['FRONTEND_URL', '*'],
    ['FRONTEND_URL', 'file:///index.html'],
    ['PANEL_TOKEN', ' \t'],
    ['METRICS_TOKEN', 'two words'],
    ['TOKEN_GRACE_SECONDS', '1000000000'],
    ['TOKEN_GRACE_SECONDS', '1e1'],
  ];

  test.for(wrong)('%s is refused by its name when it is %j', ([name, value]) => {
    const problems = problemsOf({ ...production, [name]: value });
    expect(problems.map((line) => line.trim().split(':')[0])).toEqual([name]);
    if (/SECRET|KEY|TOKEN$/.test(name) && value.trim() !== '') expect(problems.join()).not.toContain(value);
  });
});

describe('the file .env', () => {
  const read = async (bytes: Buffer) => {
    const dir = await mkdtemp(join(tmpdir(), 'whisper-env-'));
    onTestFinished(() => rm(dir, { recursive: true }));
    await writeFile(join(dir, '.env'), bytes);
    return readEnvFile(join(dir, '.env'));
  };
  const text = 'CLERK_SECRET_KEY=sk_test_1\r\nPORT="1"\n# done\n';

  test('may begin with a byte order mark', async () => {
    const wanted = { CLERK_SECRET_KEY: 'sk_test_1', PORT: '1' };
    expect(await read(Buffer.from(text))).toEqual(wanted);
    expect(await read(Buffer.from(`\ufeff${text}`))).toEqual(wanted);
  });

  test('is refused when it is not UTF-8', async () => {
    const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
    await expect(read(utf16)).rejects.toThrow('UTF-16');
    await expect(read(Buffer.from(utf16).swap16())).rejects.toThrow('UTF-16');
    await expect(read(Buffer.from(text, 'utf16le'))).rejects.toThrow('UTF-16');
    await expect(read(Buffer.from([0x41, 0x3d, 0xe9, 0x0a]))).rejects.toThrow('UTF-8');
  });

  test('need not be there', () => {
    expect(readEnvFile('/nowhere/.env')).toEqual({});
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
  const named = [...readme.matchAll(/^\| `([A-Z0-9_]+)`/gm)].map((match) => match[1]);
  expect(new Set(named)).toEqual(new Set(envNames));
});
