import { Decimal128 } from 'bson';

/** The exact value `sign * coefficient * 10 ** exponent`, or one of the three that have no digits. */
export type Decimal =
  | {
      readonly kind: 'finite';
      readonly sign: 1 | -1;
      readonly coefficient: bigint;
      readonly exponent: number;
    }
  | { readonly kind: 'infinite'; readonly sign: 1 | -1 }
  | { readonly kind: 'nan' };

type FiniteDecimal = Extract<Decimal, { kind: 'finite' }>;

const digitsMax = 34;
const exponentMin = -6176;
const exponentMax = 6111;
const biasedExponentMask = 0x3fffn;
const notANumber: Decimal = { kind: 'nan' };

export function fromDecimal128(value: Decimal128): Decimal {
  const view = new DataView(value.bytes.buffer, value.bytes.byteOffset, 16);
  const high = view.getBigUint64(8, true);
  const sign = high >> 63n === 0n ? 1 : -1;
  const combination = Number((high >> 58n) & 0x1fn);
  if (combination === 31) return notANumber;
  if (combination === 30) return { kind: 'infinite', sign };
  // A leading 11 announces a coefficient above 34 digits, which the standard reads as zero.
  const isOversized = combination >= 24;
  const biased = isOversized ? (high >> 47n) & biasedExponentMask : (high >> 49n) & biasedExponentMask;
  const coefficient = isOversized ? 0n : ((high & 0x1ffffffffffffn) << 64n) | view.getBigUint64(0, true);
  return { kind: 'finite', sign, coefficient, exponent: Number(biased) + exponentMin };
}

/** Exact for every integer of at most 34 digits. */
export function fromInteger(value: bigint): Decimal {
  return finite(value < 0n ? -1 : 1, value < 0n ? -value : value, 0);
}

/** The double's exact binary value, rounded half-even to 34 digits: what MongoDB compares a decimal with. */
export function fromDouble(value: number): Decimal {
  if (Number.isNaN(value)) return notANumber;
  const sign = value < 0 || Object.is(value, -0) ? -1 : 1;
  if (!Number.isFinite(value)) return { kind: 'infinite', sign };
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(value));
  const bits = view.getBigUint64(0);
  const biased = Number(bits >> 52n);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | 0x10000000000000n;
  const power = Math.max(biased, 1) - 1075;
  if (power >= 0) return finite(sign, mantissa << BigInt(power), 0);
  return finite(sign, mantissa * 5n ** BigInt(-power), power);
}

/** The double as MongoDB takes it into decimal arithmetic: its 15 significant digits. */
export function fromDoubleRounded(value: number): Decimal {
  if (!Number.isFinite(value)) return fromDouble(value);
  return fromDecimal128(Decimal128.fromString(value.toPrecision(15)));
}

export function toDecimal128(value: Decimal): Decimal128 {
  if (value.kind === 'nan') return Decimal128.fromString('NaN');
  const minus = value.sign < 0 ? '-' : '';
  if (value.kind === 'infinite') return Decimal128.fromString(`${minus}Infinity`);
  const { coefficient, exponent } = roundTo34Digits(value);
  const surplus = exponent - exponentMax;
  if (surplus > digitsMax - String(coefficient).length && coefficient !== 0n) {
    return Decimal128.fromString(`${minus}Infinity`);
  }
  if (surplus > 0)
    return Decimal128.fromString(`${minus}${coefficient * 10n ** BigInt(surplus)}E${exponentMax}`);
  return Decimal128.fromString(`${minus}${coefficient}E${Math.max(exponent, exponentMin)}`);
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  if (a.kind === 'nan' || b.kind === 'nan') return notANumber;
  if (a.kind === 'infinite') return b.kind === 'infinite' && a.sign !== b.sign ? notANumber : a;
  if (b.kind === 'infinite') return b;
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = signedAt(a, exponent) + signedAt(b, exponent);
  return finite(sum < 0n ? -1 : 1, sum < 0n ? -sum : sum, exponent);
}

export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  if (a.kind === 'nan' || b.kind === 'nan') return notANumber;
  const sign = a.sign === b.sign ? 1 : -1;
  if (a.kind === 'infinite') return isZero(b) ? notANumber : { kind: 'infinite', sign };
  if (b.kind === 'infinite') return isZero(a) ? notANumber : { kind: 'infinite', sign };
  return finite(sign, a.coefficient * b.coefficient, a.exponent + b.exponent);
}

/** The quotient to 34 digits; NaN where there is none. */
export function divideDecimals(a: Decimal, b: Decimal): Decimal {
  if (a.kind === 'nan' || b.kind === 'nan') return notANumber;
  const sign = a.sign === b.sign ? 1 : -1;
  if (a.kind === 'infinite') return b.kind === 'infinite' ? notANumber : { kind: 'infinite', sign };
  if (b.kind === 'infinite') return finite(sign, 0n, 0);
  if (b.coefficient === 0n) return isZero(a) ? notANumber : { kind: 'infinite', sign };
  const exponent = a.exponent - b.exponent;
  if (a.coefficient % b.coefficient === 0n) return finite(sign, a.coefficient / b.coefficient, exponent);
  const scale = digitsMax * 2;
  const scaled = a.coefficient * 10n ** BigInt(scale);
  const quotient = scaled / b.coefficient;
  if (scaled % b.coefficient === 0n) return trimZeros(finite(sign, quotient, exponent - scale));
  // One more digit stands for all that follow, so that rounding to 34 digits does not see a half where there is more.
  return finite(sign, quotient * 10n + 1n, exponent - scale - 1);
}

/** The remainder with the sign of the first; NaN where there is none. */
export function remainderDecimals(a: Decimal, b: Decimal): Decimal {
  if (a.kind !== 'finite' || b.kind === 'nan' || isZero(b)) return notANumber;
  if (b.kind === 'infinite') return a;
  const exponent = Math.min(a.exponent, b.exponent);
  const rest = signedAt(a, exponent) % signedAt(b, exponent);
  return finite(a.sign, rest < 0n ? -rest : rest, exponent);
}

/** The greatest whole number that is not above the value. */
export function floorDecimal(value: Decimal): Decimal {
  if (value.kind !== 'finite' || value.exponent >= 0) return value;
  const unit = 10n ** BigInt(-value.exponent);
  const whole = value.coefficient / unit;
  const isBelow = value.sign < 0 && value.coefficient % unit !== 0n;
  return finite(value.sign, isBelow ? whole + 1n : whole, 0);
}

/** The least whole number that is not below the value. */
export function ceilDecimal(value: Decimal): Decimal {
  return negateDecimal(floorDecimal(negateDecimal(value)));
}

/** Without trailing zeros behind the point. */
function trimZeros(value: FiniteDecimal): FiniteDecimal {
  let { coefficient, exponent } = value;
  while (exponent < 0 && coefficient !== 0n && coefficient % 10n === 0n) {
    coefficient /= 10n;
    exponent += 1;
  }
  return { ...value, coefficient, exponent };
}

export function negateDecimal(value: Decimal): Decimal {
  return value.kind === 'nan' ? value : { ...value, sign: value.sign === 1 ? -1 : 1 };
}

/** Numeric order; NaN equals itself and is below all numbers, as everywhere in MongoDB. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.kind === 'nan' || b.kind === 'nan') return Number(b.kind === 'nan') - Number(a.kind === 'nan');
  const signs = signOf(a) - signOf(b);
  if (signs !== 0) return Math.sign(signs);
  if (a.kind === 'infinite' || b.kind === 'infinite') {
    return a.sign * (Number(a.kind === 'infinite') - Number(b.kind === 'infinite'));
  }
  return a.sign * compareMagnitudes(a, b);
}

export function isZero(value: Decimal): boolean {
  return value.kind === 'finite' && value.coefficient === 0n;
}

function signOf(value: Decimal): number {
  if (value.kind === 'nan' || isZero(value)) return 0;
  return value.sign;
}

function compareMagnitudes(a: FiniteDecimal, b: FiniteDecimal): number {
  if (a.coefficient === 0n) return 0;
  const sizes = String(a.coefficient).length + a.exponent - (String(b.coefficient).length + b.exponent);
  if (sizes !== 0) return Math.sign(sizes);
  const exponent = Math.min(a.exponent, b.exponent);
  const left = a.coefficient * 10n ** BigInt(a.exponent - exponent);
  const right = b.coefficient * 10n ** BigInt(b.exponent - exponent);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function signedAt(value: FiniteDecimal, exponent: number): bigint {
  return BigInt(value.sign) * value.coefficient * 10n ** BigInt(value.exponent - exponent);
}

function finite(sign: 1 | -1, coefficient: bigint, exponent: number): FiniteDecimal {
  return roundTo34Digits({ kind: 'finite', sign, coefficient, exponent });
}

function roundTo34Digits(value: FiniteDecimal): FiniteDecimal {
  const belowRange = Math.max(exponentMin - value.exponent, 0);
  const surplus = Math.max(String(value.coefficient).length - digitsMax, belowRange);
  if (surplus <= 0) return value;
  const unit = 10n ** BigInt(surplus);
  const rest = value.coefficient % unit;
  const kept = value.coefficient / unit;
  const isUp = rest * 2n > unit || (rest * 2n === unit && kept % 2n === 1n);
  const rounded = { ...value, coefficient: isUp ? kept + 1n : kept, exponent: value.exponent + surplus };
  return isUp ? roundTo34Digits(rounded) : rounded;
}
