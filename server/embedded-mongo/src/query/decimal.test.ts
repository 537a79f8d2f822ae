import { Decimal128, Double, Int32, Long } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addNumbers, divideNumbers, multiplyNumbers, subtractNumbers } from './arithmetic.ts';
import { fromDecimal128, toDecimal128 } from './decimal.ts';

const decimal = (text: string) => Decimal128.fromString(text);

describe('decimal arithmetic', () => {
  it.each([
    [addNumbers, '0.1', '0.2', '0.3'],
    [addNumbers, '1E+20', '1E-20', '100000000000000000000.0000000000000'],
    [addNumbers, '9999999999999999999999999999999999', '1', '1.000000000000000000000000000000000E+34'],
    [addNumbers, 'Infinity', '-Infinity', 'NaN'],
    [subtractNumbers, '1', '0.9', '0.1'],
    [multiplyNumbers, '1.5', '1.5', '2.25'],
    [multiplyNumbers, '0', 'Infinity', 'NaN'],
    [multiplyNumbers, '9E6144', '10', 'Infinity'],
    [divideNumbers, '1', '8', '0.125'],
    [divideNumbers, '1', '3', '0.3333333333333333333333333333333333'],
    [divideNumbers, '6', '3', '2'],
  ])('%o(%s, %s) is %s', (apply, a, b, result) => {
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
