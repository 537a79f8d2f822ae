import type { DocumentTest } from './path.ts';

export const always: DocumentTest = () => true;
export const never: DocumentTest = () => false;

export function not(test: DocumentTest): DocumentTest {
  return (document) => !test(document);
}

/** All tests pass, in order; a failure forgets the array position an earlier test found. */
export function every(tests: readonly DocumentTest[]): DocumentTest {
  const [only] = tests;
  if (only === undefined) return always;
  if (tests.length === 1) return only;
  return (document, position) => {
    for (const test of tests) {
      if (test(document, position)) continue;
      if (position) position.arrayIndex = undefined;
      return false;
    }
    return true;
  };
}

export function some(tests: readonly DocumentTest[]): DocumentTest {
  return (document, position) => tests.some((test) => test(document, position));
}
