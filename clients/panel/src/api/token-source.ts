/** Whom a seat speaks for: somebody the local issuer knows by name, or whoever a pasted token says. */
export type SignIn =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'token'; readonly token: string };

type Held = { readonly token: string; readonly expiresAt: number };

/** A token is replaced when it lives no longer than this. */
const renewBeforeMs = 20_000;

/** The current session token of a sign-in. A name gets fresh ones by itself; a pasted token stays what it is. */
export class TokenSource {
  readonly #signIn: SignIn;
  #held: Held | undefined;
  #asking: Promise<Held> | undefined;

  constructor(signIn: SignIn) {
    this.#signIn = signIn;
  }

  get isRenewable(): boolean {
    return this.#signIn.kind === 'name';
  }

  /** When the token in hand should be replaced, in epoch milliseconds. */
  get renewAt(): number {
    return (this.#held?.expiresAt ?? 0) - renewBeforeMs;
  }

  async get(): Promise<string> {
    if (this.#signIn.kind === 'token') return this.#signIn.token;
    if (this.#held && Date.now() < this.renewAt) return this.#held.token;
    this.#asking ??= issue(this.#signIn.name).finally(() => {
      this.#asking = undefined;
    });
    this.#held = await this.#asking;
    return this.#held.token;
  }
}

async function issue(user: string): Promise<Held> {
  const response = await fetch('/dev/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user }),
  });
  if (!response.ok) throw new Error(await messageOf(response));
  const { token, expiresAt }: { token: string; expiresAt: string } = await response.json();
  return { token, expiresAt: Date.parse(expiresAt) };
}

/** The names the local issuer offers; none where people sign in with Clerk. */
export async function fetchDemoPeople(): Promise<readonly string[]> {
  const response = await fetch('/dev/people');
  if (!response.ok) return [];
  const { people }: { people: string[] } = await response.json();
  return people;
}

async function messageOf(response: Response): Promise<string> {
  try {
    const { message }: { message: string } = await response.json();
    return message;
  } catch {
    return `The local issuer answered ${response.status}`;
  }
}
