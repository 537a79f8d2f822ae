import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';

/** A server as it looks from outside while it is replaced by a newer one: the app it serves has a generation. */
export class ChangingServer implements AsyncDisposable {
  generation = 1;
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((asked, answer) => this.#pass(asked, answer));
  #port = 0;

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server.on('upgrade', (asked: IncomingMessage, socket: Socket) => {
      const lines = [`${asked.method} ${asked.url} HTTP/1.1`, ...pairs(asked.rawHeaders), '', ''];
      const onward = connect(Number(this.#target.port), this.#target.hostname, () => {
        onward.write(lines.join('\r\n'));
        socket.pipe(onward).pipe(socket);
      });
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy());
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async open(target: string): Promise<ChangingServer> {
    const server = new ChangingServer(target);
    await server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    const address = this.#server.address();
    this.#port = typeof address === 'object' && address ? address.port : 0;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.stop();
  }

  /** The page and the worker are marked with the generation, as those of another bundle differ. */
  #pass(asked: IncomingMessage, answer: ServerResponse): void {
    const { method, url = '/', rawHeaders } = asked;
    const headers = pairs(rawHeaders).map((line) => line.split(/: (.*)/s).slice(0, 2));
    const plain = headers.filter(([name]) => !/^(accept-encoding|if-none-match)$/i.test(name ?? ''));
    const onward = request(new URL(url, this.#target), { method, headers: Object.fromEntries(plain) });
    onward.on('error', () => answer.destroy());
    onward.on('response', (found) => void this.#answer(found, { answer, url }));
    asked.pipe(onward);
  }

  async #answer(found: IncomingMessage, { answer, url }: { answer: ServerResponse; url: string }) {
    const isPage = found.headers['content-type']?.startsWith('text/html') ?? false;
    if (!isPage && url !== '/sw.js') {
      answer.writeHead(found.statusCode ?? 500, found.headers);
      return found.pipe(answer);
    }
    const text = (await found.toArray()).join('');
    const { 'content-length': _, ...rest } = found.headers;
    answer.writeHead(found.statusCode ?? 500, rest);
    return answer.end(isPage ? this.#markPage(text) : this.#markWorker(text));
  }

  #markPage(text: string): string {
    return text.replace('</head>', `<meta name="generation" content="${this.generation}" /></head>`);
  }

  /** From the third one on the script is another one too. */
  #markWorker(text: string): string {
    const marked = this.generation < 3 ? text : text.replace(/(index-[^"]*\.js)/, `$1?${this.generation}`);
    return marked.replace('= [', `= ["icon.svg?${this.generation}",`);
  }
}

function pairs(rawHeaders: readonly string[]): string[] {
  return rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`] : []));
}
