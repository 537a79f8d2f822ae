import { limits, type FileId, type FileLink, type Thumbnail } from '@whisper/shared';
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Where the port answers for files. */
export const filesPath = '/files';

/** Where uploads are sent to. */
export const uploadsPath = `${filesPath}/uploads/`;

/** A file as far as links go. */
export type Linked = {
  readonly fileId: FileId;
  readonly secret: string;
  readonly name: string;
  readonly thumbnails?: readonly { readonly width: number; readonly height: number }[] | undefined;
};

/** Which of a file's forms: the file itself, or its thumbnail of this width. */
export type Form = 'file' | number;

/**
 * Links that are good from `now` on for half an hour at least. They are signed with the file's own secret, so they end when the
 * file does. Those that are made within a quarter of an hour are the same, which spares whoever has one another download.
 */
export function linksOf(file: Linked, now = Date.now()): FileLink {
  const until = endOf(now, limits.fileLinkMs);
  const link = (form: Form) => {
    const size = form === 'file' ? '' : `size=${form}&`;
    const path = `${filesPath}/${file.fileId}/${encodeURIComponent(file.name)}`;
    return `${path}?${size}until=${until}&sig=${sign(file, form, until)}`;
  };
  const thumbnails = file.thumbnails?.map(
    ({ width, height }): Thumbnail => ({ width, height, url: link(width) }),
  );
  return { url: link('file'), ...(thumbnails && { thumbnails }) };
}

type Signed = { readonly form: Form; readonly until: number; readonly signature: string };

/** Whether a link was made here for this file and has not ended. */
export function isGoodLink(file: Linked, { form, until, signature }: Signed, now = Date.now()): boolean {
  return now < until && isSame(signature, sign(file, form, until));
}

/**
 * A link for apps that cannot ask for another: signed with what all files have in common, good for a week at least, and dead as
 * soon as the file is.
 */
export function lastingLinkOf(
  { fileId, name }: Pick<Linked, 'fileId' | 'name'>,
  linkKey: string,
  now = Date.now(),
): string {
  const until = endOf(now, limits.legacyFileLinkMs);
  return `${filesPath}/${fileId}/${encodeURIComponent(name)}?until=${until}&sig=${signLasting({ fileId, linkKey }, until)}`;
}

type Lasting = { readonly fileId: FileId; readonly linkKey: string };

export function isLastingLink(
  lasting: Lasting,
  { form, until, signature }: Signed,
  now = Date.now(),
): boolean {
  return form === 'file' && now < until && isSame(signature, signLasting(lasting, until));
}

function signLasting({ fileId, linkKey }: Lasting, until: number): string {
  return hash({ secret: linkKey }, `lasting:${fileId}:${until}`);
}

/** What whoever made the file shows to send its bytes. */
export function uploadKeyOf(file: Linked): string {
  return hash(file, `upload:${file.fileId}`);
}

export function isUploadKey(file: Linked, key: string): boolean {
  return isSame(key, uploadKeyOf(file));
}

function sign(file: Linked, form: Form, until: number): string {
  return hash(file, `${file.fileId}:${form}:${until}`);
}

/** Links of one half of their lifetime end together. */
function endOf(now: number, livesMs: number): number {
  const step = livesMs / 2;
  return (Math.floor(now / step) + 1) * step + livesMs;
}

function hash({ secret }: Pick<Linked, 'secret'>, text: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url').slice(0, 22);
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
