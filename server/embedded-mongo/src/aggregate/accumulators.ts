import { Int32 } from 'bson';
import { divideNumbers } from '../bson/arithmetic.ts';
import type { StringOrder } from '../bson/compare.ts';
import { isNumber } from '../bson/numbers.ts';
import type { BsonNumber, BsonValue } from '../bson/value.ts';
import { sumOf } from '../expressions/arithmetic.ts';
import { extremeOf } from '../expressions/arrays.ts';
import { mergeObjects } from '../expressions/objects.ts';
import { Groups } from './groups.ts';
import type { MemoryUse } from './memory-use.ts';

/** Gathers one group's values, in the order of its documents. */
export type Accumulator = {
  readonly add: (value: BsonValue) => void;
  readonly result: () => BsonValue;
};

export type StartAccumulator = (group: {
  readonly strings: StringOrder | undefined;
  /** Told of every value that is kept beside those before it. */
  readonly memory: MemoryUse;
}) => Accumulator;

function folding<T extends BsonValue>(
  start: T,
  step: (state: T, value: BsonValue, strings?: StringOrder) => T,
): StartAccumulator {
  return ({ strings }) => {
    let state = start;
    return {
      add: (value) => {
        state = step(state, value, strings);
      },
      result: () => state,
    };
  };
}

function averaging(): Accumulator {
  let sum: BsonNumber = new Int32(0);
  let count = 0;
  return {
    add(value) {
      if (!isNumber(value)) return;
      sum = sumOf([sum, value]);
      count += 1;
    },
    result: () => (count === 0 ? null : divideNumbers(sum, new Int32(count))),
  };
}

function picking(which: 'first' | 'last'): StartAccumulator {
  return () => {
    let picked: BsonValue = null;
    let isPicked = false;
    return {
      add(value) {
        if (isPicked && which === 'first') return;
        picked = value ?? null;
        isPicked = true;
      },
      result: () => picked,
    };
  };
}

const collecting: StartAccumulator = ({ memory }) => {
  const values: BsonValue[] = [];
  return {
    add: (value) => {
      if (value === undefined) return;
      memory.add(value, 8);
      values.push(value);
    },
    result: () => values,
  };
};

const collectingDistinct: StartAccumulator = ({ strings, memory }) => {
  const values = new Groups<true>(strings);
  return {
    add: (value) => {
      if (value === undefined) return;
      values.find(value, () => {
        memory.add(value, 200);
        return true;
      });
    },
    result: () => Array.from(values, ([value]) => value),
  };
};

/** Accumulators by operator; the value each gets is its operand, evaluated over the document. */
export const accumulators: Readonly<Record<string, StartAccumulator>> = {
  $sum: folding<BsonValue>(new Int32(0), (sum, value) => sumOf([sum, value])),
  $count: folding<BsonValue>(new Int32(0), (sum) => sumOf([sum, new Int32(1)])),
  $avg: averaging,
  $min: folding<BsonValue>(null, (least, value, strings) => extremeOf([least, value], -1, strings)),
  $max: folding<BsonValue>(null, (greatest, value, strings) => extremeOf([greatest, value], 1, strings)),
  $first: picking('first'),
  $last: picking('last'),
  $push: collecting,
  $addToSet: collectingDistinct,
  $mergeObjects: folding<BsonValue>({}, (merged, value) => mergeObjects([merged, value])),
};
