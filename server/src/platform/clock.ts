export { systemClock, type Clock } from '@whisper/trpc-socket/clock';
