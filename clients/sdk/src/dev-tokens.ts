import { DevTokenOutputSchema } from '@whisper/shared';

/**
 * Signs in at a development server by name alone; a name it does not know becomes a new person. The server
 * offers this on its own machine only, and never in production.
 */
export function devTokens(url: string, user: string): () => Promise<string> {
  return async () => {
    const res = await fetch(`${url.replace(/\/+$/, '')}/dev/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user }),
    });
    if (!res.ok) throw new Error(`The server gave no token for ${user}: ${res.status} ${await res.text()}`);
    return DevTokenOutputSchema.parse(await res.json()).token;
  };
}
