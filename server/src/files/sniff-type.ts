import { fileTypeFromBuffer } from 'file-type';

/** Bytes from a file's start that say what it is. */
export const sniffedBytes = 64 * 1024;

/** The media type of a file by its first bytes, whatever its name and its sender say. */
export async function sniffType(start: Uint8Array): Promise<string> {
  const found = await fileTypeFromBuffer(start).catch(() => undefined);
  if (found && found.mime !== 'application/xml') return found.mime.split(';')[0] ?? found.mime;
  return isText(start) ? typeOfText(Buffer.from(start).toString('utf8')) : 'application/octet-stream';
}

/** UTF-8 without control characters; the last character may be cut off. */
function isText(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    // oxlint-disable-next-line no-control-regex -- it is these that text does not have
    return !/[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(text);
  } catch {
    return false;
  }
}

/** What a browser might run is told from what it shows; none of it is ever served as what it is. */
function typeOfText(text: string): string {
  if (/<svg[\s>]/i.test(text)) return 'image/svg+xml';
  if (/<(?:!doctype\s+html|html|head|body|script|iframe)[\s>]/i.test(text)) return 'text/html';
  return /^\s*<\?xml\s/.test(text) ? 'application/xml' : 'text/plain';
}
