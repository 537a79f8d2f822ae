import { DevTokenOutputSchema } from '@whisper/shared';

/**
 * Signs in at a development server by name alone; a name it does not know becomes a new person. The server
 * offers this on its own machine only, and never in production. Rejects with the server's reason.
 */
export function devTokens(url: string, user: string): () => Promise<string> {
  return async () => {
    const response = await fetch(endpointOf(url, 'token'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user }),
    });
    const body: unknown = await response.json().catch(() => null);
    if (response.ok) return DevTokenOutputSchema.parse(body).token;
    throw new Error(messageOf(body) ?? `The server gave no token for ${user}: ${response.status}`);
  };
}

/**
 * Whom a development server proposes to sign in as. `elsewhere`: it does so on its own machine only. `none`: people
 * sign in with Clerk there.
 */
export type DevPeople =
  | { readonly status: 'offered'; readonly names: readonly string[] }
  | { readonly status: 'elsewhere' }
  | { readonly status: 'none' }
  | { readonly status: 'unreachable' };

/** Never rejects. */
export async function fetchDevPeople(url: string): Promise<DevPeople> {
  try {
    const response = await fetch(endpointOf(url, 'people'));
    if (response.status === 403) return { status: 'elsewhere' };
    if (response.status === 404) return { status: 'none' };
    if (!response.ok) return { status: 'unreachable' };
    const { people }: { people: string[] } = await response.json();
    return { status: 'offered', names: people };
  } catch {
    return { status: 'unreachable' };
  }
}

function endpointOf(url: string, name: string): string {
  return `${url.replace(/\/+$/, '')}/dev/${name}`;
}

function messageOf(body: unknown): string | undefined {
  const hasMessage = typeof body === 'object' && body !== null && 'message' in body;
  return hasMessage && typeof body.message === 'string' ? body.message : undefined;
}
