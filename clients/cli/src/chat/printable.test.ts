import { expect, it } from 'vitest';
import { printable } from './printable.ts';

it('shows what a terminal would obey', () => {
  expect(printable('\u001b]0;title\u0007')).toBe('␛]0;title␇');
  expect(printable('\u001b]52;c;cm0gLXJm\u001b\\')).toBe('␛]52;c;cm0gLXJm␛\\');
  expect(printable('\u001b[2J\u009b2J\u0085\u007f\u0000\b')).toBe('␛[2J\\u{9b}2J\\u{85}␡␀␈');
  expect(printable('a\u202eb\u2066c\u200fd\ud83d')).toBe('a\\u{202e}b\\u{2066}c\\u{200f}d\\u{d83d}');
});

it('leaves alone what people write', () => {
  for (const text of ['grüße, мир, 世界', 'שלום', '👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿', 'می‌خواهم', '', ' indented'])
    expect(printable(text)).toBe(text);
});

it('marks every row after a line break, whichever character breaks it', () => {
  for (const end of ['\n', '\r\n', '\r', '\u2028', '\u2029']) {
    expect(printable(`21:00 bob: hi${end}21:00 you: I owe you`)).toBe(
      '21:00 bob: hi\n      │ 21:00 you: I owe you',
    );
  }
});

it('cuts long lines itself, so that no row begins like a line by being wrapped', () => {
  const row = 'x'.repeat(40);
  expect(printable(`${row}21:00 you: I owe you`, 40)).toBe(`${row}\n      │ 21:00 you: I owe you`);
  expect(printable(`${'世'.repeat(20)}21:00`, 40)).toBe(`${'世'.repeat(20)}\n      │ 21:00`);
  expect(printable(`short\n${'y'.repeat(33)}`, 40)).toBe(`short\n      │ ${'y'.repeat(32)}\n      │ y`);
  expect(printable('one two three', 12)).toBe('one two \n      │ thre\n      │ e');
  expect(printable('wide 世', 3).split('\n')).toHaveLength(4);
});
