import type { ExportRow } from '@whisper/shared';
import type { Connection } from 'mongoose';
import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { Clock } from '../platform/clock.ts';
import type { DataPlace, DataSubject } from '../platform/person-data.ts';

type Deps = { readonly db: Connection; readonly clock: Clock; readonly dataPlaces: readonly DataPlace[] };

const chunkLength = 64 * 1024;

const readme = `This archive holds what Whisper has of you.

data.ndjson  one JSON object per line, which says in "kind" what it is: your profile, your chats, what you wrote with its
             earlier texts, your reactions, who named you, your invitations and settings. The last line has the kind "end";
             an archive without it broke off. Moments are in UTC.
files/       the files you sent.

What others wrote is theirs and is not here. Of a message that yours answers its place is told, and not its text.
`;

/**
 * The archive of a person as the bytes of a ZIP file. Rows and files are read while somebody reads the archive, so that memory does
 * not grow with it. An archive that cannot be finished ends with an error.
 */
export function exportArchive(deps: Deps, subject: DataSubject): Readable {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  zip.on('error', (error: Error) => output.destroy(error));
  zip.addBuffer(Buffer.from(readme), 'README.txt');
  const rows = Readable.from(toChunks(listRows(deps, subject)));
  rows.once('end', () => {
    addFiles(deps, subject, zip).then(
      () => zip.end(),
      (error: Error) => output.destroy(error),
    );
  });
  zip.addReadStream(rows, 'data.ndjson');
  output.once('close', () => rows.destroy());
  return output;
}

/** Everything of the person, as rows. */
export async function* listRows(
  { clock, dataPlaces }: Deps,
  subject: DataSubject,
): AsyncGenerator<ExportRow> {
  yield { kind: 'export', version: 1, of: subject.userId, madeAt: new Date(clock.now()) };
  let rows = 0;
  for (const place of dataPlaces) {
    if (!('erase' in place) || !place.exportRows) continue;
    for await (const row of place.exportRows(subject)) {
      rows += 1;
      yield row;
    }
  }
  yield { kind: 'end', rows };
}

async function* toChunks(rows: AsyncIterable<ExportRow>): AsyncGenerator<Buffer> {
  let chunk = '';
  for await (const row of rows) {
    chunk += `${JSON.stringify(row)}\n`;
    if (chunk.length < chunkLength) continue;
    yield Buffer.from(chunk);
    chunk = '';
  }
  if (chunk) yield Buffer.from(chunk);
}

/** Each is opened when the one before it was read. */
async function addFiles({ dataPlaces }: Deps, subject: DataSubject, zip: ZipFile): Promise<void> {
  for (const place of dataPlaces) {
    if (!('erase' in place) || !place.exportFiles) continue;
    for await (const file of place.exportFiles(subject)) {
      zip.addReadStreamLazy(`files/${file.name}`, { compress: false }, (give) => {
        file.open().then(
          (stream) => give(null, stream),
          (error: Error) => give(error, Readable.from([])),
        );
      });
    }
  }
}
