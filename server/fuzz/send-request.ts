import { request, type Agent } from 'node:http';

export type Outgoing = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | undefined;
};

/** Status 0 when there was no answer, and then the error's message as the text. */
export type Answered = { readonly status: number; readonly text: string };

const streamReadMs = 120;
export const silentMs = 30_000;

/** One HTTP request. Of an answer that never ends, what came in a moment is the text; a silent one is given up. */
export function sendRequest(
  url: string,
  agent: Agent,
  { method, path, headers, body }: Outgoing,
): Promise<Answered> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let status = 0;
    const end = (failure = '') => {
      clearTimeout(timer);
      resolve({ status, text: Buffer.concat(chunks).toString() + failure });
      sending.destroy();
    };
    let timer = setTimeout(() => end('no answer'), silentMs);
    const sending = request(url, { path, method, headers, agent }, (response) => {
      status = response.statusCode ?? 0;
      if (response.headers['content-type']?.startsWith('text/event-stream')) {
        clearTimeout(timer);
        timer = setTimeout(end, streamReadMs);
      }
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => end());
      response.on('end', () => {
        clearTimeout(timer);
        resolve({ status, text: Buffer.concat(chunks).toString() });
      });
    });
    sending.on('error', (error) => end(error.message));
    sending.end(method === 'GET' || method === 'HEAD' ? undefined : body);
  });
}
