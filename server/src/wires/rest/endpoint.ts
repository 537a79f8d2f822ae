import type { User } from '@whisper/shared';
import type { LegacyHistoryQuerySchema } from '@whisper/shared/legacy';
import type { Request, Response } from 'express';
import type { ZodType } from 'zod';
import type { Procedures } from '../../router.ts';
import type { Emails, LinkTo } from '../legacy-view.ts';

/**
 * `api`: the procedures, called as the person who made the request. `findEmails`: the addresses of those among people whom
 * this person shares a chat with; procedures show none. `linkTo`: where they find a file.
 */
type Call = {
  readonly api: Procedures;
  readonly findEmails: (users: readonly User[]) => Promise<Emails>;
  readonly linkTo: LinkTo;
  readonly request: Request;
  readonly response: Response;
};

/** One old endpoint. Express is routed by it and the OpenAPI document is written from it. */
export type Endpoint = {
  readonly method: 'get' | 'post';
  /** As Express writes it: `/api/chats/with/:participantId`. */
  readonly path: string;
  readonly summary: string;
  /** The 200 answer; one of `legacySchemas`. */
  readonly answer: ZodType;
  readonly query?: typeof LegacyHistoryQuerySchema;
  /** Statuses of refusals, besides 401, 500 and 503. */
  readonly refusals: readonly number[];
  /** Refusals wait this long: for a client that repeats a refused request at once, for ever. */
  readonly refuseAfterMs?: number;
  answerWith(call: Call): Promise<unknown>;
};
