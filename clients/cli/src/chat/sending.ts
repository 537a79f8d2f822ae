import { filesOf, type ChatStore, type Upload } from '@whisper/client/node';

/** The files that are on their way, in whichever chat, those that an earlier run left too. */
export class Sending implements Disposable {
  readonly #store: ChatStore;
  /** Told how far they are; nothing when there are none. */
  readonly #onChange: (text: string) => void;
  readonly #stops = new Map<Upload, () => void>();
  #told = '';

  constructor(store: ChatStore, onChange: (text: string) => void) {
    this.#store = store;
    this.#onChange = onChange;
    this.update();
  }

  /** To be called when the outbox has changed. */
  update(): void {
    const uploads = this.#uploads();
    for (const [upload, stop] of this.#stops) {
      if (uploads.includes(upload)) continue;
      stop();
      this.#stops.delete(upload);
    }
    for (const upload of uploads)
      if (!this.#stops.has(upload))
        this.#stops.set(
          upload,
          upload.subscribe(() => this.#tell()),
        );
    this.#tell();
  }

  pause(): void {
    for (const upload of this.#uploads()) upload.pause();
  }

  resume(): void {
    for (const upload of this.#uploads()) if (isPaused(upload)) upload.resume();
  }

  [Symbol.dispose](): void {
    for (const stop of this.#stops.values()) stop();
    this.#stops.clear();
  }

  #uploads(): Upload[] {
    const { outbox } = this.#store.getSnapshot();
    return outbox.flatMap(filesOf).flatMap(({ clientId }) => this.#store.uploads.find(clientId) ?? []);
  }

  #tell(): void {
    const text = describe([...this.#stops.keys()]);
    if (text === this.#told) return;
    this.#told = text;
    this.#onChange(text);
  }
}

function describe(uploads: readonly Upload[]): string {
  const going = uploads.filter((upload) => upload.getSnapshot().status !== 'failed');
  const [first] = going;
  if (!first) return '';
  const all = sum(going.map(({ file }) => file.size));
  const sent = sum(going.map((upload) => upload.getSnapshot().sentBytes));
  const what = going.length === 1 ? 'a file' : `${going.length} files`;
  return `${what}, ${Math.floor((sent / all) * 100)} %${going.every(isPaused) ? ', paused' : ''}`;
}

function isPaused(upload: Upload): boolean {
  return upload.getSnapshot().status === 'paused';
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
