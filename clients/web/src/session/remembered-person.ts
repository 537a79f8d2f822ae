const key = 'whisper:person';

/** Whom this tab speaks for. Kept per tab, so that two tabs can be two people. */
export const rememberedPerson = {
  get: (): string | null => sessionStorage.getItem(key),
  set: (name: string): void => sessionStorage.setItem(key, name),
  forget: (): void => sessionStorage.removeItem(key),
};
