import type { Socket } from 'node:net';
import { once } from 'node:events';
import { encodeDocument } from '../bson/value.ts';
import type { ConnectionInfo } from '../commands/command.ts';
import { errorReply, HangUp, runCommand } from '../commands/run-command.ts';
import type { Engine } from '../engine/engine.ts';
import { FrameReader } from './frame-reader.ts';
import { frameReply, parseMessage } from './message.ts';

/**
 * Serves one client until it leaves: one command at a time, in the order sent. A message that cannot be read ends the
 * connection with an error reply; nothing a client sends ends the process.
 */
export async function serveConnection(engine: Engine, socket: Socket, info: ConnectionInfo): Promise<void> {
  const frames = new FrameReader();
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      for (const frame of frames.push(chunk)) await answer(engine, { socket, info, frame });
    }
  } catch (error) {
    if (socket.writable && !(error instanceof HangUp))
      socket.write(frameReply({ requestId: 0, protocol: 'msg' }, encodeDocument(errorReply(error))));
  } finally {
    socket.destroySoon();
  }
}

type Exchange = { readonly socket: Socket; readonly info: ConnectionInfo; readonly frame: Buffer };

async function answer(engine: Engine, { socket, info, frame }: Exchange): Promise<void> {
  const request = parseMessage(frame);
  const reply = await runCommand(engine, { ...request, connection: info });
  if (!request.isReplyExpected || !socket.writable) return;
  if (!socket.write(frameReply(request, reply))) await drained(socket);
}

/** Waits until the client has read its replies, so that unread ones do not pile up in memory. */
async function drained(socket: Socket): Promise<void> {
  const gone = new AbortController();
  const onClose = () => gone.abort();
  socket.once('close', onClose);
  try {
    await once(socket, 'drain', { signal: gone.signal });
  } catch {
    return;
  } finally {
    socket.off('close', onClose);
  }
}
