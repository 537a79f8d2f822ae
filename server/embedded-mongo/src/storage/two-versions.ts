/**
 * A record with a document as it is and as a large statement will have it, until the statement is complete. Documents
 * begin with their length, which is never -1.
 */
const mark = Buffer.alloc(4, 0xff);

export type Versions = {
  readonly before: Buffer;
  /** Undefined when the document is to be removed. */
  readonly after: Buffer | undefined;
};

export function hasTwoVersions(record: Buffer): boolean {
  return record[3] === 0xff;
}

export function joinVersions({ before, after = Buffer.alloc(0) }: Versions): Buffer {
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(before.length, 0);
  return Buffer.concat([mark, length, before, after]);
}

export function splitVersions(record: Buffer): Versions {
  const end = 8 + record.readUInt32BE(4);
  const after = record.subarray(end);
  return { before: record.subarray(8, end), after: after.length > 0 ? after : undefined };
}
