import type { Upload } from '@whisper/client';
import { limits, type ChatId } from '@whisper/shared';
import { useState, useSyncExternalStore } from 'react';
import { useClient } from '../store/use-client.ts';

export type AttachedFiles = {
  readonly uploads: readonly Upload[];
  /** Why some of what was picked is not among them. */
  readonly note: string;
  readonly add: (files: readonly File[]) => void;
  readonly remove: (upload: Upload) => void;
  /** They go with a message. */
  readonly take: () => readonly Upload[];
};

/** The files of the message that is being written to a chat. They are on their way as soon as they are picked. */
export function useAttached(chatId: ChatId): AttachedFiles {
  const { client, attached } = useClient();
  const [note, setNote] = useState('');
  const uploads = useSyncExternalStore(attached.subscribe, () => attached.of(chatId));
  const store = client.store.uploads;
  return {
    uploads,
    note,
    add(files) {
      const known = attached.of(chatId);
      const full = files.filter(({ size }) => size > 0);
      const taken = full.slice(0, limits.attachmentsMax - known.length);
      setNote(describeRefused({ empty: files.length - full.length, over: full.length - taken.length }));
      attached.set(chatId, [...known, ...taken.map((file) => store.attach(file))]);
    },
    remove(upload) {
      setNote('');
      attached.set(
        chatId,
        attached.of(chatId).filter((each) => each !== upload),
      );
      store.remove([upload.file]);
    },
    take() {
      setNote('');
      const taken = attached.of(chatId);
      attached.set(chatId, []);
      return taken;
    },
  };
}

function describeRefused({ empty, over }: { readonly empty: number; readonly over: number }): string {
  if (over > 0) return `A message takes ${limits.attachmentsMax} files.`;
  return empty > 0 ? 'A file or folder without content cannot be sent.' : '';
}
