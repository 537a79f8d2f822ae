interface ImportMetaEnv {
  /** Clerk's public key of the instance people sign in with; unset: the local issuer. */
  readonly VITE_CLERK_PUBLISHABLE_KEY?: string;
}

/** The emoji to choose from; made by a plugin in vite.config.ts. */
declare module 'virtual:emoji' {
  import type { EmojiData } from 'frimousse';
  const data: Pick<EmojiData, 'emojis' | 'categories'>;
  export default data;
}
