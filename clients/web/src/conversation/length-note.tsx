/** How many characters before the limit it is mentioned. */
const mentionedFrom = 500;

export const lengthNoteId = 'length-note';

export function LengthNote({ left }: { readonly left: number }) {
  const note = left < 0 ? `${-left} characters too many` : `${left} characters left`;
  return (
    <p id={lengthNoteId} className="length-note" data-over={left < 0 || undefined} role="status">
      {left < mentionedFrom && note}
    </p>
  );
}
