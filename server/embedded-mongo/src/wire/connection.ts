import type { Socket } from 'node:net';
import type { ConnectionInfo } from '../commands/command.ts';
import { encodeReply } from '../commands/reply.ts';
import { errorReply, HangUp, runCommand } from '../commands/run-command.ts';
import type { Engine } from '../engine/engine.ts';
import { FrameReader } from './frame-reader.ts';
import { frameReply, parseMessage } from './message.ts';
import type { Outbox } from './outbox.ts';

export type Served = { readonly engine: Engine; readonly outbox: Outbox };

/**
 * Serves one client until it leaves: one command at a time, in the order sent. A message that cannot be read ends the
 * connection with an error reply; nothing a client sends ends the process. Reads that it has not finished when the
 * client is gone are ended.
 */
export async function serveConnection(
  { engine, outbox }: Served,
  socket: Socket,
  info: ConnectionInfo,
): Promise<void> {
  const frames = new FrameReader();
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      for (const frame of frames.push(chunk)) await answer({ engine, outbox }, { socket, info, frame });
    }
  } catch (error) {
    if (socket.writable && !(error instanceof HangUp))
      void outbox.send(socket, frameReply({ requestId: 0, protocol: 'msg' }, encodeReply(errorReply(error))));
  } finally {
    socket.destroySoon();
  }
}

type Exchange = { readonly socket: Socket; readonly info: ConnectionInfo; readonly frame: Buffer };

async function answer({ engine, outbox }: Served, { socket, info, frame }: Exchange): Promise<void> {
  const request = parseMessage(frame);
  let sending: Promise<void> | undefined;
  await runCommand(engine, { ...request, connection: info }, (reply) => {
    if (request.isReplyExpected && socket.writable) sending = outbox.send(socket, frameReply(request, reply));
  });
  await sending;
}
