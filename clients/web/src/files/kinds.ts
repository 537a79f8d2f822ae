import type { Attachment } from '@whisper/shared';

/** Shown as a picture: the server has read it as one. */
export function isPicture({ type, width, height }: Attachment): boolean {
  return type.startsWith('image/') && width !== undefined && height !== undefined;
}

export function isSound({ type }: Attachment): boolean {
  return type.startsWith('audio/');
}
