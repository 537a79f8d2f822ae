import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Engine } from '../engine/engine.ts';
import { Share } from '../engine/job.ts';
import { Connection } from './connection.ts';
import { Outbox, type OutboxOptions } from './outbox.ts';

/** A unix socket in a directory only its owner can enter, or a port of the loopback interface. */
export type Address = { readonly socketPath: string } | { readonly port: number };

export type Listener = { readonly uri: string; close(): Promise<void> };

export async function listen(
  engine: Engine,
  address: Address,
  options: OutboxOptions = {},
): Promise<Listener> {
  const served = { engine, outbox: new Outbox(options) };
  const sockets = new Set<Socket>();
  let lastId = 0;
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    const share = new Share();
    socket.on('close', () => {
      sockets.delete(socket);
      engine.executor.leave(share);
    });
    socket.on('error', () => socket.destroy());
    lastId += 1;
    new Connection(served, socket, { id: lastId, share, appName: undefined });
  });
  if ('socketPath' in address) prepareSocket(address.socketPath);
  const uri = await bind(server, address);
  return {
    uri,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
      if ('socketPath' in address) rmSync(address.socketPath, { force: true });
    },
  };
}

function bind(server: Server, address: Address): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const onListening = () => {
      server.off('error', reject);
      resolve(uriOf(server, address));
    };
    if ('socketPath' in address) server.listen(address.socketPath, onListening);
    else server.listen(address.port, '127.0.0.1', onListening);
  });
}

function uriOf(server: Server, address: Address): string {
  if ('socketPath' in address) return `mongodb://${encodeURIComponent(address.socketPath)}/`;
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
  return `mongodb://127.0.0.1:${port}/`;
}

/** The data directory's lock is held by now, so a socket file that is left there belongs to nobody. */
function prepareSocket(socketPath: string): void {
  const directory = dirname(socketPath);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  requireOwn(directory);
  chmodSync(directory, 0o700);
  rmSync(socketPath, { force: true });
}

/** Whoever owns the directory can put another socket in the place of ours, and hear everything. */
function requireOwn(directory: string): void {
  const stats = lstatSync(directory);
  const isOwn = process.getuid === undefined || stats.uid === process.getuid();
  if (isOwn && stats.isDirectory()) return;
  throw new Error(`${directory} was put there by another user of this machine, or is a link; remove it`);
}
