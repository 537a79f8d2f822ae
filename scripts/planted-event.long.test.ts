import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Every place that must say what a new kind of message event means to it. */
const decidingFiles = [
  'clients/cli/src/verify/actors/raw-observer.ts',
  'clients/sdk/src/store/sync.ts',
  'server/src/messages/log/message-relay.ts',
  'server/src/messages/streams/watch-all-chats.ts',
  'server/src/messages/streams/watch-chat.ts',
  'server/src/messages/streams/watch-messages.ts',
  'server/src/wires/socketio/legacy-socket.ts',
  'shared/src/chat-log.ts',
];

const unionStart = "export const MessageEventSchema = z.discriminatedUnion('type', [";
/** It looks like `created`, so that only code that asks for the type can tell it apart. */
const planted = "MessageCreatedSchema.extend({ type: z.literal('planted') }),";

/** A copy of the contract whose union has one member more, and a project of all code that is compiled against it. */
class PlantedContract implements Disposable {
  readonly #folder = realpathSync(mkdtempSync(join(tmpdir(), 'whisper-planted-')));

  constructor() {
    const shared = join(this.#folder, 'shared');
    cpSync(join(root, 'shared/src'), join(shared, 'src'), { recursive: true });
    symlinkSync(join(root, 'shared/node_modules'), join(shared, 'node_modules'));
    const messages = join(shared, 'src/messages.ts');
    const source = readFileSync(messages, 'utf8');
    if (!source.includes(unionStart)) throw new Error('The union of message events is not where it was');
    writeFileSync(messages, source.replace(unionStart, `${unionStart}\n  ${planted}`));
    writeFileSync(join(this.#folder, 'tsconfig.json'), JSON.stringify(this.#describeProject()));
  }

  /**
   * The files that forget a member of a union, by their place in the repository: a function that may end without an answer
   * (2366), a value that `never` is not (1360). Other errors are of one project that has the globals of browsers and of Node at once.
   */
  async listFailing(): Promise<string[]> {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    // Checkers side by side would each work out the same types again.
    const args = [tsc, '--project', this.#folder, '--pretty', 'false', '--checkers', '1'];
    const output = await new Promise<string>((resolve) =>
      execFile(process.execPath, args, { cwd: this.#folder }, (_error, stdout) => resolve(stdout)),
    );
    const files = [...output.matchAll(/^(\S.*?)\(\d+,\d+\): error TS(?:2366|1360)/gm)].map(([, file = '']) =>
      this.#placeOf(file),
    );
    return [...new Set(files)].toSorted();
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #placeOf(file: string): string {
    return file.startsWith('shared/') ? file : relative(root, join(this.#folder, file));
  }

  /** All packages as one project: their own would read the contract's built declarations. */
  #describeProject(): object {
    const contract = join(this.#folder, 'shared/src');
    return {
      extends: join(root, 'tsconfig.base.json'),
      compilerOptions: {
        lib: ['ES2023', 'ESNext.Disposable', 'DOM', 'DOM.Iterable'],
        module: 'ESNext',
        moduleResolution: 'Bundler',
        jsx: 'react-jsx',
        typeRoots: [join(root, 'node_modules/@types')],
        paths: {
          '@whisper/shared': [join(contract, 'index.ts')],
          '@whisper/shared/*': [join(contract, '*/index.ts')],
        },
        rootDir: '/',
        noEmit: true,
        composite: false,
        declaration: false,
      },
      include: [
        contract,
        join(root, 'clients/web/node_modules/vite/client.d.ts'),
        ...['server', 'clients/sdk', 'clients/cli', 'clients/web', 'clients/panel'].flatMap((each) =>
          ['src', 'bench'].map((part) => join(root, each, part)),
        ),
      ],
      exclude: [
        '**/*.test.ts',
        '**/*.contract.ts',
        join(root, 'server/src/testing'),
        // A service worker has other globals than a page, and knows no message event.
        join(root, 'clients/web/src/service-worker/sw.ts'),
      ],
    };
  }
}

it('breaks the build wherever a new kind of message event must be decided on, and nowhere else', async () => {
  using contract = new PlantedContract();
  expect(await contract.listFailing()).toEqual(decidingFiles);
}, 120_000);
