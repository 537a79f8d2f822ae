import type { CacheOptions, GetToken } from '@whisper/client';

/** Somebody who is signed in on this page. A new object is a new session. */
export type Session = {
  readonly getToken: GetToken;
  /** Where the person's last state is kept on this device. */
  readonly cache: CacheOptions;
  readonly signOut: () => void;
  /** It was ended, wherever that was: nothing of the person is to stay here. */
  readonly isOver?: () => boolean;
};
