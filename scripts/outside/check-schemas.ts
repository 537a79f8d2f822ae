// What builds schemas of its own upon the packed ones: from `schemas` they are zod's, and from the index they are what most
// callers do with one, of the same plain types.
import { MessageSchema, UserIdSchema, type InputOf, type Message, type UserId } from '@whisper/shared';
import type { LegacyMessageSchema } from '@whisper/shared/legacy';
import * as ofZod from '@whisper/shared/schemas';
import { z } from 'zod';

type IsAny<T> = 0 extends 1 & T ? true : false;
/** Does not compile for `any`. */
function notAny<T>(_is: IsAny<T>, _value?: T): void {}

notAny<z.infer<typeof MessageSchema>>(false);
notAny<z.infer<typeof ofZod.MessageSchema>>(false);
notAny<z.infer<typeof LegacyMessageSchema>>(false);

// Exported, so that the compiler has to name its type in a declaration.
export const StarsSchema = z.object({
  by: ofZod.UserIdSchema,
  of: z.array(ofZod.MessageSchema.omit({ rev: true })),
});

export function rightUses(value: unknown, message: Message) {
  const by: UserId = StarsSchema.parse(value).by;
  const same: z.infer<typeof ofZod.MessageSchema> = message;
  const plain: z.infer<typeof MessageSchema> = same;
  const given: InputOf<typeof MessageSchema> = { ...plain, id: 'an id', attachments: undefined };
  const parsed = MessageSchema.safeParse(given);
  return parsed.success ? parsed.data.sender.id === by : parsed.error.issues[0]?.path;
}

export function wrongUses(message: Message) {
  // @ts-expect-error an id of one kind is none of another
  const id: UserId = message.chatId;
  // @ts-expect-error what was parsed has no such field
  notAny<unknown>(false, MessageSchema.parse(message).nothing);
  // @ts-expect-error of plain types there is nothing to build upon
  MessageSchema.omit({ rev: true });
  return UserIdSchema.parse(id);
}
