/** A piece of a message as it is shown. Everything typed ends up in exactly one `text`. */
export type Inline =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'link'; readonly text: string };

export type Block =
  | { readonly type: 'paragraph'; readonly parts: readonly Inline[] }
  | { readonly type: 'code'; readonly text: string };

const fence = /```(?:[\w+#.-]{0,20}\n)?([\s\S]+?)```/g;
/** Characters that turn the direction of what follows have no place in an address. */
const inline = /`([^`\n]+)`|(https:\/\/[^\s<>"'`\u202a-\u202e\u2066-\u2069]+)/gi;

const emoji =
  /^(?:(?:\p{Extended_Pictographic}|\p{Regional_Indicator}{2})[\p{Emoji_Modifier}\ufe0f\u200d]* ?){1,6}$/u;

/** Finds code blocks, inline code and https links. Nothing else in a text has a meaning. */
export function parseText(text: string): Block[] {
  const blocks: Block[] = [];
  let end = 0;
  for (const match of text.matchAll(fence)) {
    blocks.push(...toParagraph(text.slice(end, match.index)));
    blocks.push({ type: 'code', text: (match[1] ?? '').replace(/\n$/, '') });
    end = match.index + match[0].length;
  }
  return [...blocks, ...toParagraph(text.slice(end))];
}

/** Whether a text is a few emoji and nothing else, which are worth showing larger. */
export function isEmojiOnly(text: string): boolean {
  return text.length <= 32 && emoji.test(text);
}

function toParagraph(text: string): Block[] {
  const trimmed = text.replace(/^\n+|\n+$/g, '');
  return trimmed.trim() === '' ? [] : [{ type: 'paragraph', parts: parseInline(trimmed) }];
}

function parseInline(text: string): Inline[] {
  const parts: Inline[] = [];
  let end = 0;
  const addText = (until: number) => {
    if (until > end) parts.push({ type: 'text', text: text.slice(end, until) });
  };
  for (const match of text.matchAll(inline)) {
    const [whole, code, address] = match;
    const link = address === undefined ? undefined : trimAddress(address);
    if (code === undefined && !isPlainAddress(link)) continue;
    addText(match.index);
    parts.push(code === undefined ? { type: 'link', text: link ?? '' } : { type: 'code', text: code });
    end = match.index + (link ?? whole).length;
  }
  addText(text.length);
  return parts;
}

/** Without the sentence's own punctuation; a closing bracket stays when it was opened inside. */
function trimAddress(address: string): string {
  const trimmed = address.replace(/[.,;:!?*_~]+$/, '');
  if (!trimmed.endsWith(')') || trimmed.includes('(')) return trimmed;
  return trimAddress(trimmed.slice(0, -1));
}

/** An address that goes where it seems to go: no name or password before the host. */
function isPlainAddress(address: string | undefined): boolean {
  if (address === undefined || !URL.canParse(address)) return false;
  const { protocol, username, password } = new URL(address);
  return protocol === 'https:' && username === '' && password === '';
}
