import { createWhisperClient, devTokens } from '@whisper/client/node';
import { uploadFile } from '@whisper/server/testing/upload-file';

/** A chat between alice and bob to write into, and a file in it. */
export async function openChat({ url }: { readonly url: string }): Promise<void> {
  using alice = createWhisperClient({ url, getToken: devTokens(url, 'alice') });
  using bob = createWhisperClient({ url, getToken: devTokens(url, 'bob') });
  const { id: userId } = await bob.api.auth.sync.mutate();
  const { id: chatId } = await alice.api.chat.openDirect.mutate({ userId });
  // The other person's list has a chat once something is written there.
  const attachmentIds = [await uploadFile({ url }, alice)];
  await alice.api.message.send.mutate({
    chatId,
    text: 'Hello',
    clientId: crypto.randomUUID(),
    attachmentIds,
  });
}
