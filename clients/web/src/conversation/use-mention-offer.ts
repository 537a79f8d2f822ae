import { useState, type KeyboardEvent, type RefObject } from 'react';
import { mentionListId, mentionOptionId } from './mention-list.tsx';
import { findMentionQuery, offerPeople, type Person } from './mentions.ts';

type Options = {
  readonly text: string;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  /** Who may be mentioned here. */
  readonly people: readonly Person[];
  readonly change: (text: string) => void;
};

const nothing: readonly Person[] = [];

/** Who is offered for the `@` at the caret, and how the keys choose among them. */
export function useMentionOffer({ text, field, people, change }: Options) {
  const [caret, setCaret] = useState(0);
  const [index, setIndex] = useState(0);
  /** Where an `@` stands for which nobody is wanted. */
  const [refusedAt, setRefusedAt] = useState<number | null>(null);
  const query = findMentionQuery(text, caret);
  const offered = query && query.from !== refusedAt ? offerPeople(people, query.word) : nothing;
  const active = offered[Math.min(index, offered.length - 1)];

  const noteCaret = () => {
    if (!field.current) return;
    const { value, selectionStart, selectionEnd } = field.current;
    if (!findMentionQuery(value, selectionStart)) setRefusedAt(null);
    if (selectionStart === caret) return;
    setCaret(selectionStart === selectionEnd ? selectionStart : 0);
    setIndex(0);
  };
  const pick = ({ name }: Person) => {
    if (!query || !field.current) return;
    field.current.setRangeText(`@${name} `, query.from, query.to, 'end');
    change(field.current.value);
    noteCaret();
    field.current.focus();
  };
  /** Answers whether the key was meant for the offer. */
  const takeKey = (event: KeyboardEvent): boolean => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const isChoice = event.key === 'Enter' || event.key === 'Tab';
    if (!active || event.shiftKey) return false;
    if (step !== undefined) setIndex((index + step + offered.length) % offered.length);
    else if (isChoice) pick(active);
    else if (event.key === 'Escape') setRefusedAt(query?.from ?? null);
    else return false;
    event.preventDefault();
    return true;
  };
  const fieldProps = {
    'aria-autocomplete': 'list',
    'aria-controls': active && mentionListId,
    'aria-activedescendant': active && mentionOptionId(active),
    onSelect: noteCaret,
    onInput: noteCaret,
  } as const;
  return { offered, active, pick, takeKey, fieldProps };
}
