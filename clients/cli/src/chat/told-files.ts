import type { WhisperApi } from '@whisper/client/node';
import { formatSize, linkEndsAt, toFileAddress, type Attachment, type Message } from '@whisper/shared';

export type FileLine = { readonly text: string; readonly link?: string };

/** The files that were shown, by the numbers that they were shown with. */
export class ToldFiles {
  readonly #url: string;
  readonly #files: Attachment[] = [];

  constructor(url: string) {
    this.#url = url;
  }

  /** The files of a message, a line each. One that is shown again keeps its number. */
  describe({ attachments }: Message): FileLine[] {
    return attachments.map((file) => {
      const about = `* ${this.label(file)}, ${formatSize(file.size)}`;
      // What was kept of an earlier run may be older than its link.
      if (linkEndsAt(file.url) <= Date.now()) return { text: about };
      return { text: `${about}:`, link: toFileAddress(this.#url, file.url) };
    });
  }

  label(file: Attachment): string {
    let at = this.#files.findIndex(({ fileId }) => fileId === file.fileId);
    if (at < 0) at = this.#files.push(file) - 1;
    return `[${at + 1}] ${file.name}`;
  }

  /** A new link to a file that was shown; without a number, to the last one. Throws what to tell the person. */
  async link(api: WhisperApi, number: string): Promise<FileLine> {
    const file = this.#files.at(
      number === '' ? -1 : /^[1-9]\d*$/.test(number) ? Number(number) - 1 : Infinity,
    );
    if (!file) throw new Error(`There is no file [${number || 1}] here`);
    const { url } = await api.file.get.query({ fileId: file.fileId });
    return { text: `* ${this.label(file)}:`, link: toFileAddress(this.#url, url) };
  }
}
