import { randomUUID } from 'node:crypto';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fetchDevToken } from '../../src/testing/dev-token.ts';
import { TestClient } from '../../src/testing/test-client.ts';
import { Target } from '../overload/target.ts';
import { cpuOf } from '../cpu.ts';
import { printTable } from '../table.ts';

const root = join(import.meta.dirname, '../../..');
const mebibyte = 1024 * 1024;
const downloads = 5;

/** Of each download. */
const partMiB = 256;
const part = `0-${partMiB * mebibyte - 1}`;

/**
 * Uploads one large file and says by how much the server's memory grew, and its longest answer to /livez meanwhile; then
 * downloads a part of it in turn from the server and from nginx, which serves the same file from the same folder.
 */
export async function benchFiles(mebibytes: number): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'whisper-files-bench-'));
  try {
    await using target = await Target.start({ root, dataDir, rateLimits: 'on' });
    const url = `http://127.0.0.1:${target.port}`;
    const alice = await TestClient.open(url, await fetchDevToken(url, 'alice'));
    await upload({ target, url, alice }, 8);
    const uploaded = await upload({ target, url, alice }, mebibytes);
    printTable(`upload of ${mebibytes} MiB`, [uploaded.row]);
    await compare({ target, url }, { link: uploaded.link, key: uploaded.fileId, dataDir });
    await alice.close();
  } finally {
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

type Bench = { readonly target: Target; readonly url: string };

async function upload({ target, url, alice }: Bench & { readonly alice: TestClient }, mebibytes: number) {
  const size = mebibytes * mebibyte;
  const { fileId, upload: made } = await alice.api.file.create.mutate({
    name: 'large.bin',
    type: '',
    size,
    clientId: randomUUID(),
  });
  const before = target.usage().rssMiB;
  const watch = new Watch(target, url);
  const startedAt = performance.now();
  const piece = Buffer.alloc(64 * 1024, 'whisper\0');
  await patch(`${url}${made.url}`, { headers: made.headers, size, piece });
  const seconds = (performance.now() - startedAt) / 1_000;
  const { peakMiB, livezMs } = await watch.stop();
  const link = await alice.api.file.get.query({ fileId });
  const row = {
    'MiB/s': (mebibytes / seconds).toFixed(0),
    'memory before, MiB': before.toFixed(0),
    'peak, MiB': peakMiB.toFixed(0),
    'growth, MiB': (peakMiB - before).toFixed(0),
    'slowest /livez, ms': livezMs.toFixed(0),
  };
  return { fileId, link: `${url}${link.url}`, row };
}

type Patch = {
  readonly headers: Readonly<Record<string, string>>;
  readonly size: number;
  readonly piece: Buffer;
};

/** In one request, whose bytes are made as they are wanted. */
async function patch(url: string, { headers, size, piece }: Patch): Promise<void> {
  const sending = request(url, {
    method: 'PATCH',
    headers: {
      ...headers,
      'tus-resumable': '1.0.0',
      'upload-offset': '0',
      'content-type': 'application/offset+octet-stream',
      'content-length': String(size),
    },
  });
  const answered = once(sending, 'response');
  const pieces = Array.from({ length: size / piece.length }, () => piece);
  await pipeline(Readable.from(pieces), sending);
  const [response] = await answered;
  response.resume();
  if (response.statusCode !== 204) throw new Error(`The upload was answered ${response.statusCode}`);
}

/** Looks at the server's memory, and how soon it says that it lives. */
class Watch {
  readonly #timer: NodeJS.Timeout;
  #peakMiB = 0;
  #livezMs = 0;

  constructor(target: Target, url: string) {
    this.#timer = setInterval(() => {
      this.#peakMiB = Math.max(this.#peakMiB, target.usage().rssMiB);
      const askedAt = performance.now();
      fetch(`${url}/livez`).then(
        () => (this.#livezMs = Math.max(this.#livezMs, performance.now() - askedAt)),
        () => undefined,
      );
    }, 50);
  }

  async stop() {
    clearInterval(this.#timer);
    return { peakMiB: this.#peakMiB, livezMs: this.#livezMs };
  }
}

type Served = { readonly link: string; readonly key: string; readonly dataDir: string };

async function compare({ target }: Bench, { link, key, dataDir }: Served): Promise<void> {
  const nginx = await startNginx(join(dataDir, 'files'));
  try {
    const theirs = `${nginx.url}/${key.slice(-2)}/${key}`;
    const whisper = new Downloads(link, () => target.usage().cpuMs);
    const other = new Downloads(theirs, nginx.cpuMs);
    // The first turn fills the system's cache.
    for (const each of [whisper, other]) download(each.link);
    for (let turn = 0; turn < downloads; turn += 1) for (const each of [whisper, other]) each.run();
    const rowOf = (from: string, each: Downloads) => ({
      from,
      'MiB/s': each.rate.toFixed(0),
      ratio: (each.rate / other.rate).toFixed(2),
      'CPU, ms/MiB': each.cpuMsPerMiB.toFixed(2),
    });
    const rows = [rowOf('whisper', whisper), rowOf('nginx', other)];
    printTable(`download, the median of ${downloads} in turn`, rows);
    console.log(`memory afterwards: ${target.usage().rssMiB.toFixed(0)} MiB`);
  } finally {
    await nginx.close();
  }
}

/** Downloads of one link, how fast they were, and what they cost whoever served them. */
class Downloads {
  readonly link: string;
  readonly #cpuMs: () => number;
  readonly #rates: number[] = [];
  #spentMs = 0;

  constructor(link: string, cpuMs: () => number) {
    this.link = link;
    this.#cpuMs = cpuMs;
  }

  run(): void {
    const before = this.#cpuMs();
    this.#rates.push(download(this.link));
    this.#spentMs += this.#cpuMs() - before;
  }

  get rate(): number {
    return this.#rates.toSorted((a, b) => a - b)[Math.floor(this.#rates.length / 2)] ?? 0;
  }

  get cpuMsPerMiB(): number {
    return this.#spentMs / (this.#rates.length * partMiB);
  }
}

/** MiB in a second, by a program of its own that throws the bytes away. */
function download(link: string): number {
  const { stdout, status } = spawnSync('curl', [
    '-sfo',
    '/dev/null',
    '-r',
    part,
    '-w',
    '%{speed_download}',
    link,
  ]);
  if (status !== 0) throw new Error(`curl ended with ${status}`);
  return Number(stdout.toString()) / mebibyte;
}

async function startNginx(folder: string) {
  const home = await mkdtemp(join(tmpdir(), 'whisper-nginx-'));
  const port = await freePort();
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${home}/${name};`,
  );
  const site = `server { listen 127.0.0.1:${port}; root ${folder}; }`;
  const config = `user root; daemon off; pid ${home}/pid; events {}\nhttp { access_log off; sendfile on; ${temp.join(' ')} ${site} }`;
  await writeFile(join(home, 'nginx.conf'), config);
  const nginx = spawn('nginx', ['-p', home, '-e', '/dev/null', '-c', join(home, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(nginx, 'exit');
  const url = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(url).then(
      () => true,
      () => false,
    ))
  )
    await new Promise((resolve) => setTimeout(resolve, 50));
  const close = async () => {
    nginx.kill('SIGTERM');
    await exited;
    await rm(home, { recursive: true, force: true });
  };
  // Its worker does the work.
  const worker = Number(readFileSync(`/proc/${nginx.pid}/task/${nginx.pid}/children`, 'utf8').trim());
  return { url, close, cpuMs: () => cpuOf(worker) / 1_000 };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  return typeof address === 'object' && address ? address.port : 0;
}
