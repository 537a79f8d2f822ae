import { limits } from '@whisper/shared';

/** More than this the field does not take: what is typed or pasted beyond the limit can still be cut to it. */
const takenMax = 2 * limits.textLengthMax;

/**
 * Keeps far too long a text out of a field before it is laid out, which takes browsers seconds for a million
 * characters without a break. Tells how long the text would have been.
 */
export function refuseLong(
  field: HTMLTextAreaElement | null,
  onRefused: (length: number) => void,
): () => void {
  const onBeforeInput = (event: InputEvent) => {
    if (!field) return;
    const added = event.data ?? event.dataTransfer?.getData('text/plain') ?? '';
    const length = field.value.length - (field.selectionEnd - field.selectionStart) + added.length;
    if (added === '' || length <= takenMax) return;
    event.preventDefault();
    onRefused(length);
  };
  field?.addEventListener('beforeinput', onBeforeInput);
  return () => field?.removeEventListener('beforeinput', onBeforeInput);
}

/** Lets a text field grow with its text, where the browser does not by itself. The style sheet bounds it. */
export function fitHeight(field: HTMLTextAreaElement | null): void {
  if (!field || CSS.supports('field-sizing', 'content')) return;
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight}px`;
}

/** Puts something in the place of what is selected. Answers the whole text. */
export function insertInto(field: HTMLTextAreaElement | null, added: string): string | undefined {
  field?.setRangeText(added, field.selectionStart, field.selectionEnd, 'end');
  return field?.value;
}
