import sharp, { type Sharp } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import { AppError } from '../platform/errors.ts';
import type { PictureType } from './file-rules.ts';
import type { FileContent } from './file.model.ts';
import { refusal } from './refusal.ts';

/** Longest sides of thumbnails. */
const thumbnailSides = [320, 1_280] as const;

const thumbhashSide = 100;

/** A picture that takes longer is not worth the wait. */
const secondsMax = 30;

export type Picture = {
  readonly bytes: Buffer;
  readonly content: FileContent;
  /** In the order of `content.thumbnails`. */
  readonly thumbnails: readonly Buffer[];
};

type Encode = (picture: Sharp) => Sharp;

/** How a picture of each type is written again. */
const encoders: Readonly<Record<PictureType, Encode>> = {
  'image/jpeg': (picture) => picture.jpeg({ quality: 90 }),
  'image/png': (picture) => picture.png(),
  'image/webp': (picture) => picture.webp({ quality: 90 }),
  'image/gif': (picture) => picture.gif(),
};

/**
 * The picture written anew from its pixels, turned the way it is to be seen: whatever else the file held, where it was taken
 * among it, is gone. Throws why it is not taken; nothing is decoded of one with too many pixels.
 */
export async function remakePicture(given: Buffer, type: PictureType, pixelsMax: number): Promise<Picture> {
  const encode = encoders[type];
  try {
    const { width, height, pages = 1 } = await sharp(given, { limitInputPixels: false }).metadata();
    if (width * height * pages > pixelsMax) throw refusal('tooManyPixels');
    const open = () => sharp(given, { animated: true, limitInputPixels: pixelsMax, failOn: 'error' });
    const { data, info } = await encode(open().autoOrient())
      .timeout({ seconds: secondsMax })
      .toBuffer({ resolveWithObject: true });
    const size = { width: info.width, height: info.pageHeight ?? info.height };
    return { bytes: data, ...(await makeSmaller(data, { ...size, type, size: data.length })) };
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw refusal('unreadablePicture', error);
  }
}

type Size = { readonly width: number; readonly height: number };

async function makeSmaller(bytes: Buffer, content: FileContent & Size): Promise<Omit<Picture, 'bytes'>> {
  const longest = Math.max(content.width, content.height);
  const made = await Promise.all(
    thumbnailSides
      .filter((side) => side < longest)
      .map((side) =>
        sharp(bytes)
          .resize({ width: side, height: side, fit: 'inside' })
          .webp({ quality: 80 })
          .toBuffer({ resolveWithObject: true }),
      ),
  );
  const thumbnails = made.map(({ info }) => ({ width: info.width, height: info.height }));
  return {
    content: { ...content, thumbhash: await toThumbhash(bytes), ...(made.length > 0 && { thumbnails }) },
    thumbnails: made.map(({ data }) => data),
  };
}

async function toThumbhash(bytes: Buffer): Promise<string> {
  const { data, info } = await sharp(bytes)
    .resize({ width: thumbhashSide, height: thumbhashSide, fit: 'inside' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
}
