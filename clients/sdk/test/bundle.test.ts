import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const source = fileURLToPath(new URL('../src', import.meta.url));

it('takes nothing but types from the server, and nothing of Node into the browser', () => {
  expect([...packagesOf('index.ts')].sort()).toEqual([
    '@trpc/client',
    '@trpc/server/observable',
    '@whisper/shared',
    'idb',
  ]);
});

it('adds only ws and Node itself for Node', () => {
  const added = [...packagesOf('node.ts')].filter((name) => !packagesOf('index.ts').has(name));

  expect(added.sort()).toEqual(['node:fs', 'node:fs/promises', 'node:path', 'node:stream/promises', 'ws']);
});

/** Every package that is still imported when the types are gone, from this file on. */
function packagesOf(entry: string): Set<string> {
  const packages = new Set<string>();
  const files = new Set([join(source, entry)]);
  for (const file of files) {
    for (const specifier of importsOf(readFileSync(file, 'utf8'))) {
      if (specifier.startsWith('.')) files.add(join(dirname(file), specifier));
      else packages.add(specifier);
    }
  }
  return packages;
}

/** `verbatimModuleSyntax` makes this exact: what is not marked as a type stays. */
function importsOf(text: string): string[] {
  return [...text.matchAll(/^(?:import|export) (?!type\b)[^;]*?from '([^']+)';/gms)].map(
    ([, specifier]) => specifier ?? '',
  );
}
