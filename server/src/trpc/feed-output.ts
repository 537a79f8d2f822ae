import { z, type ZodType } from 'zod';
import { isFeed, type Feed, type TrackedFeed } from '../realtime/feed.ts';

/** The schema of each feed output's events, for the panel. */
const eventSchemas = new WeakMap<object, ZodType>();

/** Output schema of a resumable subscription: a feed whose every event has an id. */
export function trackedFeedOf<E>(events: ZodType<E>) {
  return remember(events, z.custom<TrackedFeed<E>>(isFeed));
}

/** Output schema of an ephemeral subscription. */
export function feedOf<E>(events: ZodType<E>) {
  return remember(events, z.custom<Feed<E>>(isFeed));
}

/** What the events of a feed output look like; undefined for any other schema. */
export function eventSchemaOf(output: object): ZodType | undefined {
  return eventSchemas.get(output);
}

function remember<S extends object>(events: ZodType, output: S): S {
  eventSchemas.set(output, events);
  return output;
}
