/** What a genuine session token says. Times are epoch milliseconds. */
export type SessionClaims = {
  readonly clerkId: string;
  readonly sessionId: string | null;
  /** The origin that the token was made for (`azp`); null when whoever asked for it had none, as native apps. */
  readonly party: string | null;
  /** The token says that its person is a moderator. */
  readonly isModerator: boolean;
  readonly issuedAt: number;
  readonly notBefore: number;
  readonly expiresAt: number;
};

export interface TokenVerifier {
  /**
   * Proves that the token is genuine and meant for this server: key, algorithm, issuer, audience, and the authorised
   * party when it names one. It does not judge the times, which pass while an answer is remembered. Throws
   * UNAUTHORIZED, or SERVICE_UNAVAILABLE when the keys cannot be had.
   */
  verify(token: string): Promise<SessionClaims>;
}
