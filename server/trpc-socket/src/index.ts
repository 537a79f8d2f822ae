export { defaultBounds, type SocketBounds } from './bounds.ts';
export type { Clock } from './clock.ts';
export { defaultCloseCodes, type SocketClose, type SocketCloseCodes } from './close-codes.ts';
export type { CallFailure, OpenSocket, SocketOpening, TrpcSocketHost } from './host.ts';
export { EventTexts, type EventPieces } from './event-texts.ts';
export { LoopShare } from './loop-share.ts';
export { refuseUpgrade } from './refuse-upgrade.ts';
export { weighJson } from './split-frame.ts';
export { createTrpcSocketServer, type TrpcSocketServer } from './trpc-socket-server.ts';
