export type DemoPeople =
  | { readonly status: 'offered'; readonly names: readonly string[] }
  | { readonly status: 'unavailable'; readonly message: string }
  | { readonly status: 'unreachable' };

const withoutClerk =
  'People sign in with Clerk here, but this page was built without its key. Set VITE_CLERK_PUBLISHABLE_KEY and start the server again.';
const elsewhere = 'Signing in by name works only on the machine that the server runs on.';

/** Whom one may be on this machine. Never rejects. */
export async function fetchDemoPeople(): Promise<DemoPeople> {
  try {
    const response = await fetch('/dev/people');
    if (response.status === 403) return { status: 'unavailable', message: elsewhere };
    if (response.status === 404) return { status: 'unavailable', message: withoutClerk };
    if (!response.ok) return { status: 'unreachable' };
    const { people }: { people: string[] } = await response.json();
    return { status: 'offered', names: people };
  } catch {
    return { status: 'unreachable' };
  }
}
