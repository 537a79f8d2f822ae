import type { WhisperClient } from '@whisper/client';
import { createContext } from 'react';

/** Undefined outside of a provider; null while there is no client. */
export const ClientContext = createContext<WhisperClient | null | undefined>(undefined);

export const LossContext = createContext(false);
