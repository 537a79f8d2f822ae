import type { AppSignals } from './wake-ups.ts';

/** Calls `tell` at once and whenever it changes whether the person looks at this client, until the returned function is called. */
export type ForegroundWatch = (tell: (isForeground: boolean) => void) => () => void;

/** By whether the page is visible; where there is no page, the person looks as long as the client lives. */
export const pageForeground: ForegroundWatch = (tell) => {
  const page = typeof document === 'undefined' ? undefined : document;
  const look = () => tell(page?.visibilityState !== 'hidden');
  look();
  page?.addEventListener('visibilitychange', look);
  return () => page?.removeEventListener('visibilitychange', look);
};

type App = {
  readonly AppState: AppSignals['AppState'] & { readonly currentState?: string | null };
};

/** For React Native: whether the app is in front. */
export function appForeground({ AppState }: App): ForegroundWatch {
  return (tell) => {
    tell(AppState.currentState === undefined || AppState.currentState === 'active');
    const watching = AppState.addEventListener('change', (state) => tell(state === 'active'));
    return () => watching.remove();
  };
}

/** Nobody looks: for programs that act for a person whose devices are to be told. */
export const neverForeground: ForegroundWatch = (tell) => {
  tell(false);
  return () => undefined;
};

type Options = {
  readonly watch: ForegroundWatch;
  readonly isOpen: () => boolean;
  readonly tell: (isForeground: boolean) => Promise<void>;
  readonly onError: (error: unknown) => void;
};

/** What the server knows of whether the person looks: each socket says it when it opens, and when it changes. */
export class Foreground {
  readonly #options: Options;
  readonly #stop: () => void;
  #isForeground = false;
  #told: boolean | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#stop = options.watch((isForeground) => {
      this.#isForeground = isForeground;
      this.update();
    });
  }

  /** For the parameters of a socket that opens now. */
  param(): '0' | '1' {
    this.#told = this.#isForeground;
    return this.#isForeground ? '1' : '0';
  }

  /** Called when a socket is open: says what has changed since its parameters were made. */
  update(): void {
    const { isOpen, tell, onError } = this.#options;
    if (!isOpen() || this.#told === this.#isForeground) return;
    this.#told = this.#isForeground;
    tell(this.#isForeground).catch(onError);
  }

  stop(): void {
    this.#stop();
  }
}
