import { isRecord, type Outcome } from '../api/outcome.ts';
import type { FilePick } from './picks.ts';

/** A file that was made in this seat and is in no message yet. */
export type OwnFile = FilePick & {
  /** Of as many bytes as were announced. */
  readonly size: number;
  readonly upload: { readonly url: string; readonly headers: Readonly<Record<string, string>> };
};

/** The files after a call: it may have made one, made sure of one, or sent some. */
export function filesAfter(files: readonly OwnFile[], input: unknown, outcome: Outcome): readonly OwnFile[] {
  if (!outcome.result.ok || !isRecord(input)) return files;
  const made = outcome.path === 'file.create' ? madeBy(input, outcome.result.data) : undefined;
  if (made) return [made, ...files.filter(({ id }) => id !== made.id)];
  const { attachmentIds } = input;
  return Array.isArray(attachmentIds) ? files.filter(({ id }) => !attachmentIds.includes(id)) : files;
}

function madeBy({ name, size }: Record<string, unknown>, answer: unknown): OwnFile | undefined {
  if (!isRecord(answer) || !isRecord(answer['upload'])) return undefined;
  const { url, headers } = answer['upload'];
  return {
    id: String(answer['fileId']),
    label: String(name),
    state: 'made',
    size: Number(size),
    upload: {
      url: String(url),
      headers: isRecord(headers)
        ? Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, String(value)]))
        : {},
    },
  };
}

/** An input of message.send with one more file in it. */
export function withFile(input: unknown, id: string): unknown {
  if (!isRecord(input)) return input;
  const { attachmentIds } = input;
  return { ...input, attachmentIds: [...(Array.isArray(attachmentIds) ? attachmentIds : []), id] };
}

/** A file goes into one message only. */
export function withoutFiles(input: unknown): unknown {
  if (!isRecord(input)) return input;
  const { attachmentIds: _, ...rest } = input;
  return rest;
}
