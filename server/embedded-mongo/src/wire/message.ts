import { DocumentSequence } from '../bson/document-sequence.ts';
import { type BsonDocument, decodeDocument, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { headerBytes } from './frame-reader.ts';

const opReply = 1;
const opQuery = 2004;
const opMsg = 2013;

const checksumPresent = 1;
const moreToCome = 2;
const requiredBits = 0xffff;

export type Request = {
  readonly requestId: number;
  readonly protocol: 'msg' | 'query';
  readonly body: BsonDocument;
  /** Documents sent beside the body (insert's, update's, delete's), undecoded. */
  readonly sequences: ReadonlyMap<string, DocumentSequence>;
  readonly isReplyExpected: boolean;
};

/** Reads one whole wire message; anything malformed throws and costs the connection. */
export function parseMessage(frame: Buffer): Request {
  const requestId = frame.readInt32LE(4);
  const opCode = frame.readInt32LE(12);
  if (opCode === opMsg) return parseMsg(frame, requestId);
  if (opCode === opQuery) return parseQuery(frame, requestId);
  throw new CommandError('ProtocolError', `Operation ${opCode} is not supported`);
}

function parseMsg(frame: Buffer, requestId: number): Request {
  if (frame.length < headerBytes + 5) throw malformed('OP_MSG is too short');
  const flags = frame.readUInt32LE(headerBytes);
  if (flags & requiredBits & ~(checksumPresent | moreToCome))
    throw malformed('OP_MSG has an unknown required flag');
  const end = frame.length - (flags & checksumPresent ? 4 : 0);
  const sequences = new Map<string, DocumentSequence>();
  let body: BsonDocument | undefined;
  for (let at = headerBytes + 4; at < end; ) {
    const kind = frame[at++];
    if (kind === 0) {
      if (body) throw malformed('OP_MSG has two bodies');
      const bytes = sliceDocument(frame, at, end);
      body = decode(bytes);
      at += bytes.length;
    } else if (kind === 1) {
      const size = at + 4 <= end ? frame.readInt32LE(at) : 0;
      if (size < 5 || at + size > end) throw malformed('OP_MSG section is out of bounds');
      const [name, documents] = parseSequence(frame, at + 4, at + size);
      if (sequences.has(name)) throw malformed(`OP_MSG has two sequences '${name}'`);
      sequences.set(name, documents);
      at += size;
    } else throw malformed('OP_MSG section kind is unknown');
  }
  if (!body) throw malformed('OP_MSG has no body');
  return { requestId, protocol: 'msg', body, sequences, isReplyExpected: (flags & moreToCome) === 0 };
}

function parseSequence(frame: Buffer, start: number, end: number): [string, DocumentSequence] {
  const nameEnd = frame.indexOf(0, start);
  if (nameEnd < 0 || nameEnd >= end) throw malformed('OP_MSG section has no name');
  let count = 0;
  for (let at = nameEnd + 1; at < end; count++) at += documentSize(frame, at, end);
  const documents = new DocumentSequence(frame.subarray(nameEnd + 1, end), count);
  return [frame.toString('utf8', start, nameEnd), documents];
}

/** The legacy form, which drivers use for the first hello alone. */
function parseQuery(frame: Buffer, requestId: number): Request {
  const nameStart = headerBytes + 4;
  const nameEnd = frame.indexOf(0, nameStart);
  if (nameEnd < 0) throw malformed('OP_QUERY has no name');
  const ns = frame.toString('utf8', nameStart, nameEnd);
  if (!ns.endsWith('.$cmd')) throw new CommandError(5739101, 'OP_QUERY is no longer supported');
  const body = decode(sliceDocument(frame, nameEnd + 9, frame.length));
  const wrapped = body['$query'];
  const command = isDocument(wrapped) ? wrapped : body;
  const db = ns.slice(0, -'.$cmd'.length);
  return {
    requestId,
    protocol: 'query',
    body: { ...command, $db: db },
    sequences: new Map(),
    isReplyExpected: true,
  };
}

function sliceDocument(frame: Buffer, at: number, end: number): Buffer {
  return frame.subarray(at, at + documentSize(frame, at, end));
}

function documentSize(frame: Buffer, at: number, end: number): number {
  const size = at + 4 <= end ? frame.readInt32LE(at) : 0;
  if (size < 5 || at + size > end || frame[at + size - 1] !== 0)
    throw malformed('BSON document is out of bounds');
  return size;
}

function decode(bytes: Buffer): BsonDocument {
  try {
    return decodeDocument(bytes);
  } catch {
    throw new CommandError('InvalidBSON', 'The command is not valid BSON');
  }
}

function malformed(message: string): CommandError {
  return new CommandError('ProtocolError', message);
}

let lastReplyId = 0;

/** The reply to a request in the protocol it came in. */
export function frameReply(
  { requestId, protocol }: Pick<Request, 'requestId' | 'protocol'>,
  body: readonly Buffer[],
): Buffer[] {
  const isMsg = protocol === 'msg';
  const head = Buffer.alloc(headerBytes + (isMsg ? 5 : 20));
  lastReplyId = (lastReplyId + 1) & 0x7fff_ffff;
  head.writeInt32LE(
    body.reduce((sum, { length }) => sum + length, head.length),
    0,
  );
  head.writeInt32LE(lastReplyId, 4);
  head.writeInt32LE(requestId, 8);
  head.writeInt32LE(isMsg ? opMsg : opReply, 12);
  if (!isMsg) {
    head.writeInt32LE(8, headerBytes);
    head.writeInt32LE(1, headerBytes + 16);
  }
  return [head, ...body];
}
