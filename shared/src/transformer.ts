import superjson, { type SuperJSONResult } from 'superjson';

/** tRPC's data transformer on both sides of every wire: dates stay dates. What it writes is superjson's, and it reads all of that. */
export const transformer = {
  serialize,
  deserialize: <T>(encoded: SuperJSONResult, options?: { readonly inPlace: boolean }): T =>
    superjson.deserialize(encoded, options),
  stringify: (value: unknown): string => JSON.stringify(serialize(value)),
  parse: <T>(text: string): T => superjson.parse(text),
};

/** Deeper than anything that is sent, and far from where a circle would end the process. */
const depthMax = 64;

/**
 * Superjson carries paths and identities along and asks a dozen questions of each value, which costs several times what
 * writing it does. Of what is sent, which is JSON, dates and undefined, this makes the same; everything else is left to
 * superjson. That one object stands in two places is not told: it is read as two that are equal.
 */
function serialize(value: unknown): SuperJSONResult {
  const plain = new PlainValue();
  const json = plain.encode(value, '', 0);
  return plain.isPlain ? plain.with(json) : superjson.serialize(value);
}

type Json = SuperJSONResult['json'];

class PlainValue {
  isPlain = true;
  readonly #values: Record<string, ['Date'] | ['undefined']> = {};
  #isAnnotated = false;

  with(json: Json): SuperJSONResult {
    return this.#isAnnotated ? { json, meta: { values: this.#values, v: 1 } } : { json };
  }

  encode(value: unknown, path: string, depth: number): Json {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0) ? value : this.#leave();
      case 'undefined':
        return this.#annotate(null, path, 'undefined');
      case 'object':
        return value === null ? null : this.#encodeObject(value, path, depth + 1);
      case 'bigint':
      case 'symbol':
      case 'function':
        return this.#leave();
    }
  }

  #encodeObject(value: object, path: string, depth: number): Json {
    if (value instanceof Date) {
      return Number.isNaN(value.getTime()) ? this.#leave() : this.#annotate(isoOf(value), path, 'Date');
    }
    if (depth > depthMax) return this.#leave();
    const prefix = depth === 1 ? '' : `${path}.`;
    if (Array.isArray(value)) {
      const items: Json[] = [];
      for (let index = 0; index < value.length; index += 1) {
        items.push(this.encode(value[index], prefix + index, depth));
      }
      return items;
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return this.#leave();
    const fields: Record<string, Json> = {};
    for (const [key, field] of Object.entries(value)) {
      if (isSpecial(key)) return this.#leave();
      fields[key] = this.encode(field, prefix + key, depth);
    }
    return fields;
  }

  #annotate(json: Json, path: string, type: 'Date' | 'undefined'): Json {
    if (path === '') return this.#leave();
    this.#isAnnotated = true;
    this.#values[path] = [type];
    return json;
  }

  #leave(): null {
    this.isPlain = false;
    return null;
  }
}

let lastMs = Number.NaN;
let lastIso = '';

/** A message has the same moment twice, and is written twice: asking for its text costs as much as writing ten fields. */
function isoOf(date: Date): string {
  const ms = date.getTime();
  if (ms !== lastMs) {
    lastIso = date.toISOString();
    lastMs = ms;
  }
  return lastIso;
}

/** Escaped in paths, or refused. */
function isSpecial(key: string): boolean {
  switch (key) {
    case '':
    case '__proto__':
    case 'constructor':
    case 'prototype':
      return true;
    default:
      return key.includes('.') || key.includes('\\');
  }
}
