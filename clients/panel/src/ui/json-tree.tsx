import { isRecord } from '../api/outcome.ts';

type Props = { readonly value: unknown; readonly name?: string; readonly depth?: number };

const openDepthMax = 3;
const shownItemsMax = 200;

/** A value as a tree that opens and closes. */
export function JsonTree({ value, name, depth = 0 }: Props) {
  const entries = entriesOf(value);
  const label = name === undefined ? null : <span className="tree-key">{name}</span>;
  if (!entries || entries.length === 0) {
    return (
      <div className="tree-leaf">
        {label}
        <Leaf value={value} />
      </div>
    );
  }
  const hidden = entries.length - shownItemsMax;
  return (
    <details className="tree" open={depth < openDepthMax && (depth === 0 || entries.length <= 20)}>
      <summary>
        {label}
        <span className="tree-size">{sizeOf(value, entries.length)}</span>
      </summary>
      {entries.slice(0, shownItemsMax).map(([key, each]) => (
        <JsonTree key={key} name={key} value={each} depth={depth + 1} />
      ))}
      {hidden > 0 && <div className="tree-leaf tree-size">and {hidden} more</div>}
    </details>
  );
}

function entriesOf(value: unknown): [string, unknown][] | undefined {
  if (Array.isArray(value)) return value.map((each, index) => [String(index), each]);
  if (value instanceof Date) return undefined;
  return isRecord(value) ? Object.entries(value) : undefined;
}

function sizeOf(value: unknown, size: number): string {
  return Array.isArray(value) ? `[${size}]` : `{${size}}`;
}

function Leaf({ value }: { readonly value: unknown }) {
  if (value instanceof Date) {
    return (
      <span className="tree-date" title={value.toLocaleString()}>
        {value.toISOString()}
      </span>
    );
  }
  if (typeof value === 'string') return <span className="tree-text">{JSON.stringify(value)}</span>;
  return <span className="tree-plain">{value === undefined ? 'nothing' : JSON.stringify(value)}</span>;
}
