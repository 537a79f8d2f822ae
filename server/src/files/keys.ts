import type { FileContent, FileDoc } from './file.model.ts';
import type { Form } from './links.ts';

type Kept = Pick<FileDoc, 'blob'> & { readonly content?: FileContent | undefined };

/** Under which key the bytes of a form are kept. What was uploaded is itself served unless it was written anew. */
export function keyOf({ blob, content }: Kept, form: Form): string {
  if (form !== 'file') return `${blob}.${form}`;
  return content?.isRemade ? remadeKeyOf(blob) : blob;
}

export function remadeKeyOf(blob: string): string {
  return `${blob}.file`;
}

/** Every key that a file may have bytes under. */
export function keysOf({ blob, content }: Kept): string[] {
  return [blob, remadeKeyOf(blob), ...(content?.thumbnails ?? []).map(({ width }) => keyOf({ blob }, width))];
}
