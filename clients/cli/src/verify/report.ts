import type { Finding } from './audit.ts';
import type { Report } from './run-verify.ts';

const kinds = ['lost', 'duplicated', 'reordered', 'unstored', 'stored twice', 'hole', 'unsettled'] as const;
const shownMax = 10;

/** The report a person reads. */
export function describeReport({ seed, stored, faults, actors, receipts, findings }: Report): string {
  const { kills, restarts, cuts, stalls } = faults;
  const counts = kinds.map((kind) => `${countOf(findings, kind)} ${kind}`).join(', ');
  return [
    `${stored.length} messages stored, ${receipts} receipts checked, ${actors.length} clients compared`,
    `${kills + restarts + cuts + stalls} faults: ${kills} kill -9 of the server, ${restarts} clients restarted, ${cuts} connections cut, ${stalls} readers stalled`,
    counts,
    ...findings.slice(0, shownMax).map(({ kind, detail }) => `  ${kind}: ${detail}`),
    ...(findings.length > shownMax ? [`  … and ${findings.length - shownMax} more`] : []),
    findings.length === 0 ? 'Everything agrees.' : `Something is wrong. Run again with --seed ${seed}`,
    '',
  ].join('\n');
}

function countOf(findings: readonly Finding[], kind: Finding['kind']): number {
  return findings.filter((finding) => finding.kind === kind).length;
}
