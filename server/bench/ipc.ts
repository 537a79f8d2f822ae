export { Peer, serve } from '../src/testing/peer.ts';
