import { leadsOf, plainWordsOf, searchedWordsOf } from './words.ts';

/** A message as far as it is found. What was deleted and what the system says is not found at all. */
export type Searchable = Content & {
  readonly deletedAt?: Date;
  readonly system?: object;
  /** What it still says to some: they find it by that. */
  readonly frozen?: readonly { readonly text: string }[];
};

type Content = {
  readonly text: string;
  readonly attachments?: readonly { readonly name: string; readonly alt?: string | undefined }[];
};

/** What of a message is searched: its text, what its files are called, and what is said of them. */
export function searchedTextsOf({ text, attachments = [] }: Content): string[] {
  return [text, ...attachments.flatMap(({ name, alt = '' }) => [name, alt])];
}

/** Leads to every message of a chat, and to those with a file. No word is like them. */
export const anyTerm = '';
export const fileTerm = '#file';

/** Every string by which the index leads to a message, of a bounded number; undefined when none shall. */
export function termsOf(message: Searchable): string[] | undefined {
  if (message.deletedAt || message.system) return undefined;
  const { attachments = [] } = message;
  const terms = new Set([anyTerm]);
  if (attachments.length > 0) terms.add(fileTerm);
  for (const { text } of [message, ...(message.frozen ?? [])]) {
    const texts = searchedTextsOf({ text, attachments });
    const words = plainWordsOf(texts);
    for (const word of words ?? []) for (const lead of leadsOf(word)) terms.add(lead);
    if (words) continue;
    for (const { token, word } of searchedWordsOf(texts)) {
      if (token.isUnspaced) terms.add(word);
      else for (const lead of leadsOf(word)) terms.add(lead);
    }
  }
  return [...terms];
}

/** The message with the terms that lead to it as it is now: what is stored has them, whatever was changed. */
export function withTerms<T extends Searchable & { terms?: string[] }>(message: T): T {
  const terms = termsOf(message);
  const { terms: _, ...rest } = message;
  return { ...rest, ...(terms && { terms }) } as T;
}
