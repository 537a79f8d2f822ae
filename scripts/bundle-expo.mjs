// `npm run expo` installs the Expo app, which is no part of the workspace, type-checks it against what it imports, and lets Metro
// bundle it for both kinds of phones, down to Hermes' bytecode: what that engine cannot read fails here. Needs the registry. Prints sizes and times.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const app = join(dirname(fileURLToPath(import.meta.url)), '../clients/expo');
const out = mkdtempSync(join(tmpdir(), 'whisper-expo-'));

/** A part of React Native, which the stand-ins of the app's tests do not have. */
const ofReactNative = 'AppRegistry';

/** Runs a program in the app's folder and answers how many seconds it took. */
function run(command, args) {
  const start = performance.now();
  const { status, error } = spawnSync(command, args, {
    cwd: app,
    env: { ...process.env, CI: '1', EXPO_OFFLINE: '1', EXPO_NO_TELEMETRY: '1' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw error ?? new Error(`${command} ${args.join(' ')} ended with ${status}`);
  return Math.round((performance.now() - start) / 1000);
}

try {
  const installed = run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
  console.log(`Expo app: installed in ${installed} s`);
  const checked = run(process.execPath, [
    '../../node_modules/typescript/bin/tsc',
    '-p',
    'tsconfig.native.json',
  ]);
  console.log(`Expo app: type-checked against React Native's own types in ${checked} s`);
  for (const platform of ['android', 'ios']) {
    const folder = join(out, platform);
    const seconds = run(process.execPath, [
      'node_modules/expo/bin/cli',
      ...['export', '--platform', platform, '--output-dir', folder],
    ]);
    const bundle = readdirSync(folder, { recursive: true }).find((name) => name.endsWith('.hbc'));
    if (!bundle) throw new Error(`Metro made no bundle for ${platform}`);
    const bytes = readFileSync(join(folder, bundle));
    if (!bytes.includes(ofReactNative))
      throw new Error(`${platform}: what stands in for React Native was bundled`);
    const megabytes = (bytes.length / 1e6).toFixed(1);
    console.log(`Expo app: bundled for ${platform} in ${seconds} s, ${megabytes} MB of bytecode`);
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}
