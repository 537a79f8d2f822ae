export { ManualClock } from '@whisper/trpc-socket/testing';
