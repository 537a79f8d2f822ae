import type { HTTPLinkOptions } from '@trpc/client';
import type { AppRouter } from '@whisper/server';
import type { WirePart } from './outcome.ts';
import { redact } from './redact.ts';

type Fetch = NonNullable<HTTPLinkOptions<AppRouter['_def']['_config']['$types']>['fetch']>;

/** A fetch that notes what goes out and what comes back. */
export function recordingFetch(wire: WirePart[]): Fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input, location.href);
    const method = init?.method ?? 'GET';
    const headers = new Headers(init?.headers);
    const body = typeof init?.body === 'string' ? init.body : '';
    wire.push({
      title: `${method} ${url.pathname}${url.search}`,
      lines: [...headers].map(([name, value]) => `${name}: ${redact(value)}`),
      body: redact(body),
    });
    const response = await fetch(url, {
      method,
      headers,
      body: init?.body ?? null,
      signal: init?.signal ?? null,
    });
    const text = await response.clone().text();
    wire.push({
      title: `${response.status} ${response.statusText}`.trim(),
      lines: [...response.headers].map(([name, value]) => `${name}: ${value}`),
      body: redact(text),
    });
    return response;
  };
}

export type Frame = { readonly direction: 'sent' | 'received'; readonly text: string };

/** The browser's WebSocket, telling of every frame of text. */
export function recordingSocket(tell: (frame: Frame) => void): typeof WebSocket {
  return class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('message', ({ data }) => {
        if (typeof data === 'string') tell({ direction: 'received', text: data });
      });
    }

    override send(data: Parameters<WebSocket['send']>[0]): void {
      if (typeof data === 'string') tell({ direction: 'sent', text: data });
      super.send(data);
    }
  };
}

/** Of everything on a socket, the frames of the next call to `path`: from its request on, those with its id. */
export function framesOfCall(path: string, wire: WirePart[]): (frame: Frame) => void {
  let id: unknown;
  return ({ direction, text }) => {
    const message = parse(text);
    if (id === undefined && direction === 'sent' && message.path === path) id = message.id;
    if (id === undefined || message.id !== id) return;
    wire.push({ title: `Frame ${direction}`, lines: [], body: redact(text) });
  };
}

function parse(text: string): { readonly id?: unknown; readonly path?: unknown } {
  try {
    const message: { id?: unknown; params?: { path?: unknown } } = JSON.parse(text);
    return { id: message.id, path: message.params?.path };
  } catch {
    return {};
  }
}
