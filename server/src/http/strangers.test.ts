import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { clientAddressOf, toNetwork } from './client-address.ts';
import { strangerBounds, Strangers } from './strangers.ts';

/** A connection from an address, which notes that it was cut. */
class FakeSocket extends EventEmitter {
  isCut = false;
  readonly remoteAddress: string;

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }

  destroy(): void {
    this.isCut = true;
    this.emit('close');
  }
}

function connect(strangers: Strangers, address: string): FakeSocket {
  const socket = new FakeSocket(address);
  strangers.add(socket as unknown as Socket);
  return socket;
}

const requestOf = (remoteAddress: string, forwarded?: string) =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;

describe('an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['::1', '::1'],
  ])('%s is one of %s', (address, network) => {
    expect(toNetwork(address)).toBe(network);
  });

  it('is what a proxy of this network says last, and nobody else', () => {
    expect(clientAddressOf(requestOf('127.0.0.1', '203.0.113.1, 192.0.2.7'))).toBe('192.0.2.7');
    expect(clientAddressOf(requestOf('10.0.0.3', '2001:db8::6'))).toBe('2001:db8:0:0::/64');
    expect(clientAddressOf(requestOf('203.0.113.9', '192.0.2.7'))).toBe('203.0.113.9');
    expect(clientAddressOf(requestOf('127.0.0.1'))).toBe('127.0.0.1');
  });
});

describe('connections of strangers', () => {
  it('take the place of the oldest of their address', () => {
    const strangers = new Strangers();
    const first = connect(strangers, '192.0.2.7');
    const signedIn = connect(strangers, '192.0.2.7');
    const other = connect(strangers, '192.0.2.8');
    strangers.welcome(signedIn as unknown as Socket);

    for (let n = 0; n < strangerBounds.perAddressMax; n += 1) connect(strangers, '::ffff:192.0.2.7');

    expect([first.isCut, signedIn.isCut, other.isCut]).toEqual([true, false, false]);
    expect(strangers.size).toBe(strangerBounds.perAddressMax + 1);
  });

  it('of all addresses take the place of the oldest of the address that has most', () => {
    const strangers = new Strangers();
    const victim = connect(strangers, '192.0.2.7');
    const first = connect(strangers, '10.0.0.1');
    for (let n = 1; n < strangerBounds.totalMax - 1; n += 1) connect(strangers, '10.0.0.1');
    expect(first.isCut).toBe(false);

    connect(strangers, '192.0.2.9');

    expect([first.isCut, victim.isCut]).toEqual([true, false]);
    expect(strangers.size).toBe(strangerBounds.totalMax);
  });
});
