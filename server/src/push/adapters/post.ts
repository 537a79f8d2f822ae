import { request as requestPlain, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { request as requestSecure } from 'node:https';
import { text } from 'node:stream/consumers';
import { answerTimeoutMs } from './adapter.ts';
import type { Endpoint } from './web-endpoint.ts';

type Posted = { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer };
type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders };

/** What a push service says beyond its status is of no use, and how long it is is up to it. */
const answerBytesMax = 64 * 1024;

/** Posts to an endpoint, connecting only where its rules allow. Follows nothing. `fetch` cannot choose the address it connects to. */
export function postTo({ url, lookup }: Endpoint, { headers, body }: Posted): Promise<Answer> {
  const options: RequestOptions = {
    method: 'POST',
    headers,
    agent: false,
    signal: AbortSignal.timeout(answerTimeoutMs),
    ...(lookup && { lookup }),
  };
  const send = url.protocol === 'https:' ? requestSecure : requestPlain;
  return new Promise((resolve, reject) => {
    const sent = send(url, options, (response) => {
      let length = 0;
      response.on('data', (part: Buffer) => {
        length += part.length;
        if (length > answerBytesMax) response.destroy(new Error('The answer is too long'));
      });
      const answer = { status: response.statusCode ?? 0, headers: response.headers };
      text(response).then(() => resolve(answer), reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
