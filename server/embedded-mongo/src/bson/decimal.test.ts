import { Decimal128, Double, Int32, Long } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addNumbers, divideNumbers, multiplyNumbers, subtractNumbers } from './arithmetic.ts';
import { fromDecimal128, toDecimal128 } from './decimal.ts';

const decimal = (text: string) => Decimal128.fromString(text);

describe('decimal arithmetic', () => {
  it.each([
    { apply: addNumbers, a: '0.1', b: '0.2', result: '0.3' },
    { apply: addNumbers, a: '1E+20', b: '1E-20', result: '100000000000000000000.0000000000000' },
    {
      apply: addNumbers,
      a: '9999999999999999999999999999999999',
      b: '1',
      result: '1.000000000000000000000000000000000E+34',
    },
    { apply: addNumbers, a: 'Infinity', b: '-Infinity', result: 'NaN' },
    { apply: subtractNumbers, a: '1', b: '0.9', result: '0.1' },
    { apply: multiplyNumbers, a: '1.5', b: '1.5', result: '2.25' },
    { apply: multiplyNumbers, a: '0', b: 'Infinity', result: 'NaN' },
    { apply: multiplyNumbers, a: '9E6144', b: '10', result: 'Infinity' },
    { apply: divideNumbers, a: '1', b: '8', result: '0.125' },
    { apply: divideNumbers, a: '1', b: '3', result: '0.3333333333333333333333333333333333' },
    { apply: divideNumbers, a: '6', b: '3', result: '2' },
  ])('$apply.name of $a and $b is $result', ({ apply, a, b, result }) => {
    expect(String(apply(decimal(a), decimal(b)))).toBe(result);
  });

  it('takes doubles into it by their 15 digits', () => {
    expect(String(addNumbers(new Double(0.1), decimal('0')))).toBe('0.100000000000000');
  });

  it('divides numbers of other types as doubles', () => {
    expect(divideNumbers(new Int32(1), Long.fromNumber(4))).toEqual(new Double(0.25));
  });

  it('reads and writes every finite decimal without loss', () => {
    const digits = fc.bigInt({ min: -(10n ** 34n - 1n), max: 10n ** 34n - 1n });
    fc.assert(
      fc.property(digits, fc.integer({ min: -6176, max: 6111 }), (coefficient, exponent) => {
        const value = decimal(`${coefficient}E${exponent}`);
        expect(toDecimal128(fromDecimal128(value)).toString()).toBe(value.toString());
      }),
    );
  });
});
