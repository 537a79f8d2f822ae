import type { ProcedureKind } from '../api/description.ts';

export function KindBadge({ kind }: { readonly kind: ProcedureKind }) {
  return <span className={`kind kind-${kind}`}>{kind}</span>;
}
