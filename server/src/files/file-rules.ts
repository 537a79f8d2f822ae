import type { GateBounds } from '../platform/fair-gate.ts';
import type { Env } from '../platform/env.ts';

const megabyte = 1024 * 1024;

/** What this server takes. */
export type FileRules = {
  readonly sizeMax: number;
  readonly quota: number;
  readonly pixelsMax: number;
  /** A file that no message takes is kept this long. */
  readonly unsentMs: number;
  readonly isAllowed: (type: string) => boolean;
};

const pictureTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'] as const;

/** What is taken as a picture: decoded, and written again. */
export type PictureType = (typeof pictureTypes)[number];

export function isPicture(type: string): type is PictureType {
  return pictureTypes.some((each) => each === type);
}

/** A picture is decoded from memory, so it may be no larger than this. */
export const pictureBytesMax = 32 * megabyte;

export function toFileRules(
  env: Pick<
    Env,
    'FILES_SIZE_MAX_MB' | 'FILES_QUOTA_MB' | 'FILES_MEGAPIXELS_MAX' | 'FILES_TYPES' | 'FILES_UNSENT_HOURS'
  >,
): FileRules {
  return {
    sizeMax: env.FILES_SIZE_MAX_MB * megabyte,
    quota: env.FILES_QUOTA_MB * megabyte,
    pixelsMax: env.FILES_MEGAPIXELS_MAX * 1_000_000,
    unsentMs: env.FILES_UNSENT_HOURS * 3_600_000,
    isAllowed: (type) => env.FILES_TYPES.some((pattern) => fits(type, pattern)),
  };
}

/** `image/png`, or `audio/*`. */
function fits(type: string, pattern: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}

/** A picture of 50 megapixels takes some 200 MB while it is looked at, so there is one at a time. */
export const inspectionBounds: GateBounds = {
  runningMax: 1,
  runningPerPersonMax: 1,
  runningOfHeavyMax: 1,
  heavyFrom: 20,
  waitingPerPersonMax: 50,
};
