import { createServer, connect, type Server, type Socket } from 'node:net';

export type Door = { readonly host: string; readonly port: number };

/** Of the first bytes so many say where a connection wants to go. */
const headBytesMax = 16_384;

/**
 * A small balancer for one machine: each connection goes to the next process that takes traffic. Long polling of Socket.IO
 * needs one and the same process for all its requests, so it goes to the first. For development; in production a proxy does it.
 */
export function openFrontDoor(findPorts: () => readonly number[], { host, port }: Door): Promise<Server> {
  let turn = 0;
  const server = createServer((client) => {
    client.once('error', () => client.destroy());
    client.once('data', (head: Buffer) => {
      const ports = findPorts();
      turn += 1;
      const chosen = isLongPolling(head) ? ports[0] : ports[turn % Math.max(ports.length, 1)];
      if (chosen === undefined) return void client.destroy();
      pass(client, head, chosen);
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

function pass(client: Socket, head: Buffer, port: number): void {
  const node = connect(port, '127.0.0.1');
  client.pause();
  node.once('connect', () => {
    node.write(head);
    client.pipe(node);
    node.pipe(client);
  });
  for (const [from, to] of [
    [client, node],
    [node, client],
  ] as const) {
    from.once('error', () => to.destroy());
    from.once('close', () => to.destroy());
  }
}

function isLongPolling(head: Buffer): boolean {
  const [requestLine = ''] = head.subarray(0, headBytesMax).toString('latin1').split('\r\n', 1);
  return requestLine.includes('/socket.io/') && requestLine.includes('transport=polling');
}
