import type { GetToken } from '@whisper/client';

/** Somebody who is signed in on this page. A new object is a new session. */
export type Session = {
  readonly getToken: GetToken;
  readonly signOut: () => void;
};
