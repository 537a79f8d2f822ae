/** What a genuine session token says. Times are epoch milliseconds. */
export type SessionClaims = {
  readonly clerkId: string;
  readonly sessionId: string | null;
  readonly notBefore: number;
  readonly expiresAt: number;
};

export interface TokenVerifier {
  /**
   * Proves that the token is genuine and meant for this server: key, algorithm, issuer, authorised party.
   * It does not judge the times, which pass while an answer is remembered. Throws UNAUTHORIZED, or
   * SERVICE_UNAVAILABLE when the keys cannot be had.
   */
  verify(token: string): Promise<SessionClaims>;
}
