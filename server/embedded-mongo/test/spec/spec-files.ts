import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { EJSON } from 'bson';

export type Json = Record<string, unknown>;

export type SpecOperation = {
  readonly name: string;
  readonly object: string;
  readonly arguments?: Json;
  readonly expectResult?: unknown;
  readonly expectError?: Json;
  readonly ignoreResultAndError?: boolean;
  readonly saveResultAsEntity?: string;
};

export type SpecCase = {
  readonly description: string;
  readonly runOnRequirements?: readonly Json[];
  readonly skipReason?: string;
  readonly operations: readonly SpecOperation[];
  readonly expectEvents?: readonly Json[];
  readonly outcome?: readonly CollectionData[];
};

export type CollectionData = {
  readonly databaseName: string;
  readonly collectionName: string;
  readonly createOptions?: Json;
  readonly documents: readonly Json[];
};

export type SpecFile = {
  /** Path inside the folder, with slashes. */
  readonly path: string;
  readonly description: string;
  readonly runOnRequirements?: readonly Json[];
  readonly createEntities?: readonly Json[];
  readonly initialData?: readonly CollectionData[];
  readonly tests: readonly SpecCase[];
};

const projectRoot = resolve(import.meta.dirname, '../../../..');

/** The folder of the public specification's test files: MONGODB_SPEC_DIR, or next to the project. */
export function specFolder(): string {
  return resolve(process.env['MONGODB_SPEC_DIR'] ?? join(projectRoot, '../shared/mongodb-spec'));
}

/** Every unified-format file below the folder, in the order of their paths; none when it is missing. */
export function readSpecFiles(folder: string): SpecFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((path) => ({ ...readSpec(path), path: relative(folder, path).replaceAll('\\', '/') }))
    .filter((file) => Array.isArray(file.tests));
}

function readSpec(path: string): SpecFile {
  return EJSON.parse(readFileSync(path, 'utf8'), { relaxed: true }) as SpecFile;
}
