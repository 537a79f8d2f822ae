interface ImportMetaEnv {
  /** Clerk's public key of the instance people sign in with; unset: the local issuer. */
  readonly VITE_CLERK_PUBLISHABLE_KEY?: string;
}
