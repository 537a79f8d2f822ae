import { lazy, Suspense } from 'react';
import { useDropGuard } from './layout/use-drop-guard.ts';
import { DevSession } from './session/dev-session.tsx';

const publishableKey: string | undefined = import.meta.env.VITE_CLERK_PUBLISHABLE_KEY;

/** Fetched only by a bundle that was built for Clerk. */
const ClerkSession = lazy(async () => {
  const { ClerkSession: component } = await import('./session/clerk-session.tsx');
  return { default: component };
});

export function App() {
  useDropGuard();
  if (!publishableKey) return <DevSession />;
  return (
    <Suspense>
      <ClerkSession publishableKey={publishableKey} />
    </Suspense>
  );
}
