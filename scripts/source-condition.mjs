/** What `--conditions=source` does, for a process that is running already: packages of the workspace are their sources. */
export function resolve(specifier, context, nextResolve) {
  return nextResolve(specifier, { ...context, conditions: [...context.conditions, 'source'] });
}
