import type { FileId, FileLink, UserId } from '@whisper/shared';
import type { FilesDeps } from './deps.ts';
import { toLinked } from './file.view.ts';
import { requireFile } from './find-file.ts';
import { requireContent } from './inspect-file.ts';
import { linksOf } from './links.ts';

/** A new link. NOT_FOUND, in the same words, for a file that is not there, not one's own, or not in a message one may read. */
export async function getFile(deps: FilesDeps, viewerId: UserId, fileId: FileId): Promise<FileLink> {
  const file = await requireFile(deps, fileId, viewerId);
  const content = await requireContent(deps, file);
  return linksOf(toLinked({ ...file, content }));
}
