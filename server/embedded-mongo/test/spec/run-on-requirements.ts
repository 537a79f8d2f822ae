import type { Json } from './spec-files.ts';

export type ServerInfo = { readonly version: string; readonly parameters: Json };

/** Whether a case is meant for this server: some requirement holds, or there is none. */
export function appliesTo(server: ServerInfo, requirements: readonly Json[] | undefined): boolean {
  return requirements === undefined || requirements.some((requirement) => holds(server, requirement));
}

function holds({ version, parameters }: ServerInfo, requirement: Json): boolean {
  const { minServerVersion, maxServerVersion, topologies, serverless, auth, csfle } = requirement;
  if (typeof minServerVersion === 'string' && compareVersions(version, minServerVersion) < 0) return false;
  if (typeof maxServerVersion === 'string' && compareVersions(version, maxServerVersion) > 0) return false;
  if (Array.isArray(topologies) && !topologies.includes('single')) return false;
  const wanted = Object.entries((requirement['serverParameters'] as Json | undefined) ?? {});
  if (wanted.some(([name, value]) => parameters[name] !== value)) return false;
  return serverless !== 'require' && auth !== true && (csfle === undefined || csfle === false);
}

/** Compares part by part, over the parts that both have: 4.2 is met by every 4.2.x. */
function compareVersions(a: string, b: string): number {
  const parts = a.split('.').map(Number);
  for (const [at, part] of b.split('.').map(Number).entries()) {
    const difference = (parts[at] ?? 0) - part;
    if (difference !== 0) return difference;
  }
  return 0;
}
