import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { API, NodeBuilderFlags, TypeFlags } from 'typescript/unstable/sync';

const how =
  NodeBuilderFlags.NoTruncation |
  NodeBuilderFlags.InTypeAlias |
  NodeBuilderFlags.UseAliasDefinedOutsideCurrentScope;

/** What a module exports: each type, and each schema's output and input, on one line without the names they are made of. */
function spellOut(checker, source) {
  const spell = (type) => ({
    spelt: checker.typeToString(type, undefined, how),
    isObject: (type.flags & TypeFlags.Object) > 0,
  });
  const propertyOf = (type, name) => checker.getTypeOfSymbol(checker.getPropertyOfType(type, name));
  return checker.getExportsOfModule(checker.getSymbolAtLocation(source)).map((symbol) => {
    const { name } = symbol;
    const type = checker.getTypeOfSymbol(symbol);
    if (!checker.getPropertyOfType(type, '_zod'))
      return { name, ...spell(checker.getDeclaredTypeOfSymbol(symbol)) };
    const [output, input] = ['output', 'input'].map((side) =>
      spell(propertyOf(propertyOf(type, '_zod'), side)),
    );
    return { name: `InputOf<typeof whisper.${name}>`, ...input, schema: name, output: output.spelt };
  });
}

/**
 * Puts the names of types where a text on one line spells them out, the longest first. Only of objects and ids, which are
 * whole whatever stands around them, and not where two types are spelt alike.
 */
function namingOf(all) {
  const types = all.filter(({ spelt, output }) => spelt !== output);
  const isAlone = ({ spelt }) => types.filter((other) => other.spelt === spelt).length === 1;
  const named = types
    .filter(({ spelt, isObject }) => (isObject && spelt.startsWith('{')) || spelt.startsWith('string & '))
    .filter(isAlone)
    .sort((one, other) => other.spelt.length - one.spelt.length);
  return (text, own) =>
    named
      .filter(({ name }) => name !== own)
      .reduce((left, { name, spelt }) => left.replaceAll(spelt, `whisper.${name}`), text)
      .replaceAll(/\((whisper\.\w+)\)/g, '$1')
      .replaceAll(/(?<![.\w])Brand</g, 'whisper.Brand<');
}

/** A property per line, as the compiler writes them. */
function spread(text) {
  let indent = '\n';
  return text.replaceAll(/\{ |; \}|; /g, (mark) => {
    if (mark === '{ ') indent += '    ';
    if (mark === '; }') indent = indent.slice(0, -4);
    return mark === '; }' ? `;${indent}}` : mark.trim() + indent;
  });
}

const schema = /^export declare const (\w+): z\.[^]*?;\n(?=[^\s}]|$)/gm;
const inferred = /^export type (\w+) = z\.infer<.*>;$/gm;

/** One module's declarations without zod. */
function plainModule(text, { types, nameIn }) {
  const known = new Map(types.map((type) => [type.schema ?? type.name, type]));
  const plain = text
    .replace(/^import \{ z \} from 'zod';$/m, "import type * as whisper from './index.js';")
    .replaceAll(inferred, (_, own) => `export type ${own} = ${spread(nameIn(known.get(own).spelt, own))};`)
    .replaceAll(schema, (_, own) => {
      const { name, spelt, output } = known.get(own);
      const both = [nameIn(output), nameIn(spelt, name)].slice(0, output === spelt ? 1 : 2);
      return `export declare const ${own}: whisper.Schema<${spread(both.join(', '))}>;\n`;
    });
  const left = /^.*(?:\bz\.(?:core|infer|input|Zod)|['"]zod).*$/m.exec(plain);
  if (left) throw new Error(`Still of zod: ${left[0]}`);
  return plain;
}

/** The exports of @whisper/shared, with the types they have. */
function readTypes(folder, files) {
  const config = join(folder, 'tsconfig.json');
  const api = new API({ cwd: folder });
  try {
    const { checker, program } = api.updateSnapshot({ openProjects: [config] }).getProject(config);
    return files.flatMap((file) =>
      spellOut(checker, program.getSourceFile(join(folder, 'src', `${file}.ts`))),
    );
  } finally {
    api.close();
  }
}

/**
 * The declarations of @whisper/shared as they are published, by file. In `index` and all it exports types are spelt out and
 * schemas are a `Schema` each; in `schemas` these are what the compiler wrote, and bring zod's types. `shorten` puts the
 * names that @whisper/shared exports, as `whisper`'s, into a text of the compiler's that spells them out.
 */
export function plainTypes(folder) {
  const read = (file) => readFileSync(join(folder, 'dist', `${file}.d.ts`), 'utf8');
  const files = [...read('index').matchAll(/from '\.\/([\w-]+)\.ts'/g)].map(([, file]) => file);
  const types = readTypes(folder, files);
  const nameIn = namingOf(types);
  const schemas = files.flatMap((file) => read(file).match(schema) ?? []);
  return {
    files: new Map([
      ...files.map((file) => [`${file}.d.ts`, plainModule(read(file), { types, nameIn })]),
      [
        'schemas.d.ts',
        `import type { z } from 'zod';\nimport type { Brand } from './ids.js';\n${schemas.join('')}`,
      ],
    ]),
    shorten: (text) =>
      spread(nameIn(text.replaceAll('import("@whisper/shared").', '').replaceAll(/\n\s*/g, ' '))),
  };
}
