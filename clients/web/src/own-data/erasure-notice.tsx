import { useState, useSyncExternalStore } from 'react';
import { findStorage, Notes } from '../store/notes.ts';

const key = 'whisper:receipt';

/** The page has nobody any more who could be told, so the tab is. */
export function rememberReceipt(address: string): void {
  new Notes(findStorage('sessionStorage')).set(key, address);
}

/** Where who has just deleted their account sees what becomes of it. */
export function ErasureNotice() {
  const [notes] = useState(() => new Notes(findStorage('sessionStorage')));
  const address = useSyncExternalStore(notes.subscribe, () => notes.get(key));
  if (address === '') return null;
  return (
    <p className="sign-in-lead" role="status">
      Your account is gone, and everything of yours is being erased.{' '}
      <a href={address} target="_blank" rel="noreferrer">
        The receipt
      </a>{' '}
      says when that is done: keep its address.
    </p>
  );
}
