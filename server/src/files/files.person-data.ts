import type { ExportFile, HoldsNothing, HoldsPersonData } from '../platform/person-data.ts';
import { Types } from 'mongoose';
import type { FilesDeps } from './deps.ts';
import { fileModel } from './file.model.ts';
import { keyOf } from './keys.ts';
import { endFilesOf } from './settle-files.ts';

const pageSize = 50;

/** A person's files, those they forwarded among them, and their bytes. */
export function filesPersonData(deps: FilesDeps): readonly (HoldsPersonData | HoldsNothing)[] {
  return [
    ofFiles(deps),
    { place: 'files/', holdsNothing: 'the bytes of files: the rows of `files` say whose, and end them' },
    { place: 'linkkeys', holdsNothing: 'what links of old apps are signed with' },
  ];
}

function ofFiles(deps: FilesDeps): HoldsPersonData {
  const files = fileModel(deps.db);
  return {
    place: 'files',
    holds: 'what a person sent or uploaded: name, type, size and the bytes in `files/`',
    async *exportFiles({ userId }) {
      const owned = { owner: new Types.ObjectId(userId), endedAt: null };
      for await (const file of files.find(owned).sort({ _id: 1 }).lean().cursor()) {
        if (!file.content) continue;
        const { name, _id } = file;
        const open = () => deps.storage.read(keyOf(file, 'file'));
        yield { name: `${_id.toHexString()} ${name}`, open } satisfies ExportFile;
      }
    },
    async *erase({ userId }) {
      for (;;) {
        const found = await endFilesOf(deps, userId, pageSize);
        if (found === 0) return;
        yield found;
      }
    },
    count: ({ userId }) => files.countDocuments({ owner: new Types.ObjectId(userId) }),
  };
}
