import { DevTokenOutputSchema } from '@whisper/shared';

/** A server was reached and gave no token; `message` is its reason. */
export class NoTokenError extends Error {
  override readonly name = 'NoTokenError';
  readonly httpStatus: number;

  constructor(httpStatus: number, message: string) {
    super(message);
    this.httpStatus = httpStatus;
  }

  /** It may give one later: it is overloaded or starting, or a proxy answered for it. */
  get isRetryable(): boolean {
    return this.httpStatus >= 500 || this.httpStatus === 429;
  }
}

/**
 * Signs in at a development server by name alone; a name it does not know becomes a new person. The server
 * offers this on its own machine only, and never in production. Rejects with NoTokenError when the server answered.
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
    const reason = messageOf(body) ?? 'There is no token here';
    throw new NoTokenError(
      response.status,
      `${url} gave no token for ${user} (${response.status}): ${reason}`,
    );
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
