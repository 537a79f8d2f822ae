export const defaultUrl = 'http://127.0.0.1:3000';

type Person = { readonly as: string; readonly url: string };

/** The command with which somebody else joins at the same server, as a shell takes it. */
export function chatCommand({ as, url }: Person): string {
  const address = url === defaultUrl ? '' : ` --url ${quote(url)}`;
  return `npm run chat -- --as ${quote(as)}${address}`;
}

/** One word of a shell, whatever is in it. */
function quote(word: string): string {
  if (/^[\p{L}\p{N}@%+=:,./_-]+$/u.test(word)) return word;
  return process.platform === 'win32'
    ? `"${word.replaceAll('"', '')}"`
    : `'${word.replaceAll("'", "'\\''")}'`;
}
