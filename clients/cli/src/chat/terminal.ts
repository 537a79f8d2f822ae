import { clearScreenDown, createInterface, cursorTo, moveCursor, type Interface } from 'node:readline';
import type { ReadStream, WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import { printable } from './printable.ts';

type Listener = {
  readonly onLine: (line: string) => void;
  /** What stands in the line being typed, after every key; a pipe has none. */
  readonly onKey: (text: string) => void;
  /** The end of the input, or Ctrl-C. */
  readonly onEnd: () => void;
};

/**
 * Lines out and lines in, on a screen or a pipe. On a screen the line being typed stays below what is printed.
 * Whatever is printed is made printable here, wherever it came from.
 */
export class Terminal implements Disposable {
  readonly isScreen: boolean;
  readonly #input: ReadStream;
  readonly #output: WriteStream;
  #lines: Interface | undefined;
  #status = '';

  constructor(input: ReadStream, output: WriteStream) {
    this.#input = input;
    this.#output = output;
    this.isScreen = input.isTTY === true && output.isTTY === true;
  }

  /** Begins to read. Input that comes earlier waits and is not lost. */
  listen({ onLine, onKey, onEnd }: Listener): void {
    const lines = createInterface({
      input: this.#input,
      output: this.#output,
      terminal: this.isScreen,
      prompt: this.#promptText,
    });
    this.#lines = lines;
    lines.on('line', (line) => {
      this.#eraseEntered(line);
      onLine(line);
      this.#prompt();
    });
    lines.on('close', onEnd);
    if (this.isScreen) this.#input.on('keypress', () => setImmediate(() => onKey(lines.line)));
    this.#prompt();
  }

  print(text: string): void {
    this.#write(this.#toPrintable(text));
  }

  /** Prints a line that is no message, such as a notice; dimmed on a screen. A link, an address of ours, is never cut. */
  note(text: string, link?: string): void {
    const shown = this.#toPrintable(text) + (link === undefined ? '' : ` ${new URL(link).href}`);
    this.#write(this.isScreen ? styleText('dim', shown) : shown);
  }

  /** Says before the line being typed what goes on meanwhile; a pipe has nowhere to say it. */
  status(text: string): void {
    this.#status = text;
    this.#lines?.setPrompt(this.#promptText);
    this.#prompt();
  }

  [Symbol.dispose](): void {
    this.#lines?.close();
  }

  #toPrintable(text: string): string {
    return this.isScreen ? printable(text, this.#columns) : printable(text);
  }

  #write(shown: string): void {
    // Readline goes up by as many rows as the line being typed had before it draws that line again.
    this.#output.write(`${shown}\n${'\n'.repeat(this.#eraseTyped())}`);
    this.#prompt();
  }

  /** Some terminals report a width of 0. */
  get #columns(): number {
    return this.#output.columns || 80;
  }

  get #promptText(): string {
    if (!this.isScreen) return '';
    return this.#status === '' ? '> ' : `(${this.#status}) > `;
  }

  #prompt(): void {
    if (this.isScreen) this.#lines?.prompt(true);
  }

  /** Makes room where the line being typed stands; returns how many rows above the cursor it began. */
  #eraseTyped(): number {
    if (!this.isScreen) return 0;
    const rows = this.#lines?.getCursorPos().rows ?? 0;
    this.#eraseUp(rows);
    return rows;
  }

  /** The entered line comes back as a message once it is stored; until then it would stand there twice. */
  #eraseEntered(line: string): void {
    if (!this.isScreen || !this.#lines) return;
    this.#eraseUp(Math.ceil((this.#lines.getPrompt().length + line.length + 1) / this.#columns));
  }

  #eraseUp(rows: number): void {
    moveCursor(this.#output, 0, -rows);
    cursorTo(this.#output, 0);
    clearScreenDown(this.#output);
  }
}
