import type { FileId, Message } from '@whisper/shared';
import type { WhisperApi } from '../connection/connection.ts';
import type { StoredChange, StoredEntry } from './entry.ts';

/** Asks the server for what an entry says; asking again for the same entry changes nothing more. */
export function carryOut(
  { message }: WhisperApi,
  entry: StoredEntry,
  attachmentIds: FileId[],
): Promise<Message> {
  const { clientId } = entry;
  switch (entry.kind) {
    case 'send': {
      const { chatId, text, replyTo, mentions } = entry;
      const said = {
        ...(replyTo && { replyTo }),
        ...(mentions && { mentions: [...mentions] }),
        ...(attachmentIds.length > 0 && { attachmentIds }),
      };
      return message.send.mutate({ chatId, text, clientId, ...said });
    }
    case 'forward':
      return message.forward.mutate({ messageId: entry.messageId, toChatId: entry.chatId, clientId });
    case 'edit': {
      const { text, mentions } = entry;
      const said = mentions && { mentions: [...mentions] };
      return message.edit.mutate({ messageId: idOf(entry), text, ...said });
    }
    case 'delete':
      return message.delete.mutate({ messageId: idOf(entry), for: 'everyone' });
    case 'hide':
      return message.delete.mutate({ messageId: idOf(entry), for: 'me' });
    case 'react':
      return message.react.mutate({ messageId: idOf(entry), emoji: entry.emoji, on: entry.on });
    case 'pin':
      return message.pin.mutate({ messageId: idOf(entry), on: entry.on });
  }
}

/** A change of a draft is given its message before it comes to its turn. */
function idOf({ messageId }: StoredChange): string {
  if (messageId === null) throw new Error('Its message was never sent');
  return messageId;
}
