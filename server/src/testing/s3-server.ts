import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import type { S3Options } from '../files/storage.s3.ts';

/**
 * An S3-compatible storage on this machine, with one bucket. It knows putting, getting with ranges, listing and deleting; what it
 * does not: it takes any signature, forgets the end of a range that ends at 0, and cannot list the parts of an upload, which nothing
 * here needs.
 */
export class S3Server implements AsyncDisposable {
  readonly options: S3Options;
  readonly #close: () => Promise<void>;

  private constructor(options: S3Options, close: () => Promise<void>) {
    this.options = options;
    this.#close = close;
  }

  static async start(): Promise<S3Server> {
    const directory = await mkdtemp(join(tmpdir(), 'whisper-s3-'));
    const bucket = { name: 'files' };
    const server = new S3rver({
      address: '127.0.0.1',
      port: 0,
      silent: true,
      directory,
      configureBuckets: [bucket],
    });
    const { port } = await server.run();
    const url = `http://127.0.0.1:${port}/${bucket.name}`;
    const options = { url, region: 'us-east-1', accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
    return new S3Server(options, async () => {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}
