import { bsonTypeOf } from '../bson/bson-type.ts';
import { type BsonDocument, type BsonValue, getField, isDocument, setField } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { parseIndex, type ValueTest } from '../query/path.ts';
import { type Modifier, type ModifyContext, removed } from './modifier.ts';
import type { PathPart } from './update-path.ts';

export type Modification = {
  readonly path: string;
  readonly parts: readonly PathPart[];
  readonly modifier: Modifier;
};

const paddingMax = 1_500_000;

/** Applies one modification. The given document is left as it was, and returned itself when nothing changes. */
export function modifyDocument(
  document: BsonDocument,
  modification: Modification,
  context: ModifyContext,
): BsonDocument {
  const result = new Walk(modification, context).intoDocument(document, 0, '');
  return isDocument(result) ? result : document;
}

class Walk {
  readonly #parts: readonly PathPart[];
  readonly #modifier: Modifier;
  readonly #path: string;
  readonly #context: ModifyContext;

  constructor(modification: Modification, context: ModifyContext) {
    this.#parts = modification.parts;
    this.#modifier = modification.modifier;
    this.#path = modification.path;
    this.#context = context;
  }

  intoDocument(document: BsonDocument, at: number, trail: string): BsonDocument {
    const name = this.#fieldName(at, document, trail);
    const value = getField(document, name);
    const next = this.#into(value, at + 1, join(trail, name));
    if (next === value) return document;
    const copy = this.#owned(document);
    if (next === removed) delete copy[name];
    else setField(copy, name, next);
    return copy;
  }

  /** The document itself when an earlier modification of the same update has copied it. */
  #owned(document: BsonDocument): BsonDocument {
    const { copies } = this.#context;
    if (copies.has(document)) return document;
    const copy = { ...document };
    copies.add(copy);
    return copy;
  }

  #into(value: BsonValue, at: number, trail: string): BsonValue | typeof removed {
    if (at === this.#parts.length) return this.#modify(value, trail);
    if (isDocument(value)) return this.intoDocument(value, at, trail);
    if (Array.isArray(value)) return this.#intoArray(value, at, trail);
    if (value !== undefined) return this.#refuse(value, at, trail);
    this.#assertArray(value, at, trail);
    return this.#modifier.onMissing === 'create' ? this.intoDocument({}, at, trail) : undefined;
  }

  #modify(value: BsonValue, trail: string): BsonValue | typeof removed {
    if (value === undefined && this.#modifier.onMissing !== 'create') return undefined;
    this.#context.written?.record(trail);
    return this.#modifier.modify(value, this.#context);
  }

  #intoArray(array: BsonValue[], at: number, trail: string): BsonValue[] {
    const part = this.#parts[at];
    if (part?.kind === 'all') return this.#intoElements(array, () => true, { at, trail });
    if (part?.kind === 'filtered') return this.#intoElements(array, part.matches, { at, trail });
    const index = part?.kind === 'positional' ? this.#matchedIndex() : parseIndex(part?.name ?? '');
    if (index === undefined) return this.#refuse(array, at, trail);
    const value = array[index];
    const next = this.#into(value, at + 1, join(trail, String(index)));
    return next === value ? array : replaceElement(array, index, next);
  }

  #intoElements(array: BsonValue[], matches: ValueTest, where: Where): BsonValue[] {
    const copy = array.map((value, index) => {
      if (!matches(value)) return value;
      const next = this.#into(value, where.at + 1, join(where.trail, String(index)));
      return next === removed ? null : next;
    });
    return copy.some((value, index) => value !== array[index]) ? copy : array;
  }

  #fieldName(at: number, document: BsonDocument, trail: string): string {
    const part = this.#parts[at];
    if (part?.kind === 'field') return part.name;
    if (part?.kind === 'positional') return String(this.#matchedIndex());
    this.#assertArray(document, at, trail);
    return '';
  }

  #matchedIndex(): number {
    const { arrayIndex } = this.#context;
    if (arrayIndex !== undefined) return arrayIndex;
    throw new CommandError(
      'BadValue',
      'The positional operator did not find the match needed from the query.',
    );
  }

  #assertArray(value: BsonValue, at: number, trail: string): void {
    const kind = this.#parts[at]?.kind;
    if (kind === 'field' || kind === 'positional') return;
    if (value === undefined) {
      throw new CommandError(
        'BadValue',
        `The path '${trail}' must exist in the document in order to apply array updates.`,
      );
    }
    throw new CommandError('BadValue', `Cannot apply array updates to non-array element ${trail}`);
  }

  #refuse<T extends BsonValue>(value: T, at: number, trail: string): T {
    if (!Array.isArray(value)) this.#assertArray(value, at, trail);
    const part = this.#parts[at];
    const name = part?.kind === 'field' ? part.name : '$';
    if (this.#modifier.onMissing === 'skip') return value;
    if (this.#modifier.onMissing === 'create') {
      throw new CommandError(
        'PathNotViable',
        `Cannot create field '${name}' in element '${trail}' of type ${bsonTypeOf(value)}`,
      );
    }
    throw new CommandError(
      'PathNotViable',
      `Cannot use the part (${name}) of (${this.#path}) to traverse the element '${trail}' of type ${bsonTypeOf(value)}`,
    );
  }
}

type Where = { readonly at: number; readonly trail: string };

function join(trail: string, name: string): string {
  return trail === '' ? name : `${trail}.${name}`;
}

// An array keeps its length: what is unset in it becomes null.
function replaceElement(array: BsonValue[], index: number, next: BsonValue | typeof removed): BsonValue[] {
  if (index - array.length > paddingMax) {
    throw new CommandError('BadValue', `can't backfill more than ${paddingMax} elements`);
  }
  const copy = array.slice();
  while (copy.length < index) copy.push(null);
  copy[index] = next === removed ? null : next;
  return copy;
}
