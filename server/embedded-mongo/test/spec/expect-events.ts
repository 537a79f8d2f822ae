import { CommandFailedEvent, CommandStartedEvent, CommandSucceededEvent } from 'mongodb';
import type { CommandEvent, Entities } from './entities.ts';
import { findMismatch } from './match.ts';
import type { Json } from './spec-files.ts';

/** Compares one client's command events with `expectEvents`; other kinds of events are the driver's own affair. */
export function findEventMismatch(expected: Json, entities: Entities): string | undefined {
  const { client, eventType = 'command', events = [], ignoreExtraEvents } = expected;
  if (eventType !== 'command') return undefined;
  const actual = entities.eventsOf(String(client));
  const wanted = events as readonly Json[];
  if (actual.length < wanted.length || (actual.length > wanted.length && ignoreExtraEvents !== true)) {
    return `expected ${wanted.length} events, got ${actual.length}: ${actual.map((event) => event.commandName).join(', ')}`;
  }
  for (const [at, event] of wanted.entries()) {
    const mismatch = findOneMismatch(event, actual[at], entities);
    if (mismatch !== undefined) return `event ${at}: ${mismatch}`;
  }
  return undefined;
}

const eventKinds = {
  commandStartedEvent: CommandStartedEvent,
  commandSucceededEvent: CommandSucceededEvent,
  commandFailedEvent: CommandFailedEvent,
} as const;

function findOneMismatch(
  expected: Json,
  actual: CommandEvent | undefined,
  entities: Entities,
): string | undefined {
  const [[kind, spec] = ['', {}]] = Object.entries(expected);
  const wantedKind = eventKinds[kind as keyof typeof eventKinds];
  if (!actual || !(actual instanceof wantedKind))
    return `expected a ${kind}, got ${actual?.constructor.name ?? 'none'}`;
  const fields = Object.entries(spec as Json).filter(([name]) => !name.startsWith('hasServ'));
  for (const [name, value] of fields) {
    // Commands and replies are roots: they may hold more than the file expects.
    const mismatch = findMismatch(value, (actual as unknown as Json)[name], entities);
    if (mismatch !== undefined) return `${name}: ${mismatch}`;
  }
  return undefined;
}
