/** Stands before every row of a text but its first, so that none of them passes for a line of this program. */
const continuation = '      │ ';

const lineBreaks = /\r\n|[\n\r\u2028\u2029]/u;

/** What a terminal would obey instead of showing it: control characters, turns of the writing direction, halves. */
const obeyed = /[\p{Cc}\p{Bidi_Control}\p{Cs}]/gu;

const narrowCodePointMax = 0x10ff;

const segmenter = new Intl.Segmenter();

/**
 * Any text, such as a name or a message that came from the network, as a terminal may be given it: what would
 * move its cursor, set its title or fill its clipboard becomes visible, and line breaks cannot forge a line.
 * With `columns` long lines are cut here, because the terminal's own wrapping would begin rows like lines.
 */
export function printable(text: string, columns = Number.POSITIVE_INFINITY): string {
  return text
    .split(lineBreaks)
    .map((line) => line.replaceAll('\t', '    ').replace(obeyed, show))
    .flatMap((line, index) => cut(line, index === 0 ? columns : columns - continuation.length, columns))
    .join(`\n${continuation}`);
}

function show(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '␡';
  return `\\u{${code.toString(16)}}`;
}

/** The rows of one line, cut between words where it has some; all but the first have the continuation's columns less. */
function cut(line: string, firstColumns: number, columns: number): string[] {
  if (line.length * 2 <= firstColumns) return [line];
  const rows: string[] = [];
  let row = '';
  let free = firstColumns;
  for (const { segment } of segmenter.segment(line)) {
    const width = widthMaxOf(segment);
    while (width > free && row !== '') {
      const end = row.lastIndexOf(' ') + 1 || row.length;
      rows.push(row.slice(0, end));
      row = row.slice(end);
      free = columns - continuation.length - widthMaxOf(row);
    }
    row += segment;
    free -= width;
  }
  return [...rows, row];
}

/** No fewer columns than any terminal takes for it. */
function widthMaxOf(segment: string): number {
  let width = 0;
  for (const character of segment) width += (character.codePointAt(0) ?? 0) > narrowCodePointMax ? 2 : 1;
  return width;
}
