import { LinkifyIt } from 'linkify-it';

/** A web address in a text. */
export type Address = { readonly from: number; readonly to: number; readonly href: string };

/** Characters that turn the direction of what follows and ticks have no place in an address, marks of Markdown none at its end. */
const ending = /[\u200e\u200f\u202a-\u202e\u2066-\u2069`].*|[*_]+$/s;

/** Takes linear time over any text. With names and passwords, so that an address is judged whole. */
const linkify = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: false, urlAuth: true })
  .add('ftp:', null)
  .add('mailto:', null)
  .add('//', null);

/** Those that go where they seem to go; bare ones are taken only with `www.`. */
export function findAddresses(text: string): Address[] {
  const found = (linkify.match(text) ?? []).map(({ schema, index, raw }) => {
    const address = raw.replace(ending, '');
    const href = schema === '' ? `https://${address}` : address;
    return { from: index, to: index + address.length, href, isNamed: schema !== '' };
  });
  return found
    .filter(({ href, isNamed }) => hostOf(href) !== null && (isNamed || /^https:\/\/www\./i.test(href)))
    .map(({ from, to, href }) => ({ from, to, href }));
}

/** The host of an address of the web that bears no name or password; null for everything else. */
export function hostOf(href: string): string | null {
  if (!URL.canParse(href)) return null;
  const { protocol, host, username, password } = new URL(href);
  return /^https?:$/.test(protocol) && username === '' && password === '' ? host : null;
}
