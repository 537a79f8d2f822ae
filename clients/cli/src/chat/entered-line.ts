export const commands = [
  '/help',
  '/who',
  '/people',
  '/with',
  '/group',
  '/find',
  '/send',
  '/link',
  '/pause',
  '/resume',
  '/reply',
  '/edit',
  '/delete',
  '/react',
  '/block',
  '/unblock',
  '/report',
  '/retry',
  '/discard',
  '/export',
  '/erase',
  '/quit',
] as const;

export type Command = (typeof commands)[number];

/** What somebody who entered a line wants. */
export type Entered =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'command'; readonly command: Command; readonly argument: string }
  | { readonly kind: 'unknown'; readonly word: string };

/**
 * A slash and letters are a command, known or mistyped; a mistyped one must not reach the other person. Everything
 * else is a text, paths too. A second slash in front says that it is a text whatever it looks like.
 */
export function readEntered(line: string): Entered {
  const text = line.trim();
  if (text === '') return { kind: 'nothing' };
  if (text.startsWith('//')) return { kind: 'text', text: text.slice(1) };
  const [, word, argument = ''] = /^(\/[\p{L}?]*)(?:\s+(.*))?$/u.exec(text) ?? [];
  if (word === undefined) return { kind: 'text', text };
  const command = commands.find((each) => each === word.toLowerCase());
  return command ? { kind: 'command', command, argument } : { kind: 'unknown', word };
}
