import { exportSPKI, importJWK, type JWK } from 'jose';

/** The public half of an RSA key as PEM, which is what Clerk's verifier takes. */
export async function publicPemOf({ n = '', e = '' }: Pick<JWK, 'n' | 'e'>): Promise<string> {
  const key = await importJWK({ kty: 'RSA', n, e }, 'RS256', { extractable: true });
  if (key instanceof Uint8Array) throw new Error('An RSA key is not a secret');
  return exportSPKI(key);
}
