/**
 * Cases that fail for a reason we accept, as `file: description`. A case listed here that passes fails the run, so
 * that the list stays short and true.
 */
export const expectedFailures: Readonly<Record<string, string>> = {};
