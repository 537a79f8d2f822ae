import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultUrl } from './chat-command.ts';
import { isSameName, notWithOneself } from './choose-chat.ts';

export type ChatOptions = {
  readonly as: string;
  readonly with?: string;
  readonly group?: string;
  readonly url: string;
  /** Where messages wait that could not be sent yet, and the last state is kept. */
  readonly state: string;
};

export const usage = `Chat in the terminal.

  npm run chat -- --as alice [--with bob | --group Friends] [--url ${defaultUrl}] [--state FOLDER]

  --as      who you are; any name will do on a development server
  --with    whom to write to, instead of picking somebody
  --group   which of your groups to write to
  --url     where the server is
  --state   where unsent messages and the last state are kept (default: .whisper in your home folder)

Lines come from standard input when it is not a terminal, so a conversation can be scripted.`;

/** Undefined when help was asked for. Throws on anything it does not understand. */
export function readOptions(args: readonly string[]): ChatOptions | undefined {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      as: { type: 'string' },
      with: { type: 'string' },
      group: { type: 'string' },
      url: { type: 'string', default: defaultUrl },
      state: { type: 'string', default: join(homedir(), '.whisper') },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  if (!values.as) throw new Error('Who are you? Say it with --as NAME; --help says more.');
  const { as, with: other, group, state } = values;
  if (other !== undefined && group !== undefined) throw new Error('Say --with or --group, not both.');
  if (other !== undefined && isSameName(as, other)) throw new Error(notWithOneself);
  return {
    ...{ as, url: toUrl(values.url), state },
    ...(other !== undefined && { with: other }),
    ...(group !== undefined && { group }),
  };
}

function toUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/+$/, '');
  throw new Error(`--url wants an address such as ${defaultUrl}, not "${text}".`);
}
