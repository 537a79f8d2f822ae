import { createContext, runInContext } from 'node:vm';
import { build } from 'vite';
import { fileURLToPath } from 'node:url';
import type * as sdk from '../src/index.ts';
import { nodeWebSocket } from '../src/node-socket.ts';

/** What the SDK's default entry exports. */
export type Sdk = typeof sdk;

const entry = fileURLToPath(new URL('../src/index.ts', import.meta.url));

/** The SDK in one script, as Metro would make it, with no knowledge of Node or of a browser. */
export async function bundleSdk(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['react-native', 'source', 'import', 'default'] },
    build: { write: false, minify: false, lib: { entry, name: 'sdk', formats: ['iife'] } },
  });
  const [first] = Array.isArray(built) ? built : [built];
  const [script] = first && 'output' in first ? first.output : [];
  if (!script || script.imports.length > 0) throw new Error('The SDK is not one script');
  return script.code;
}

/** Runs the bundle where there is nothing but the language and what React Native 0.81 with Hermes adds to it. */
export function loadInReactNative(script: string): Sdk {
  const context = createContext({ ...nativeGlobals }, { codeGeneration: { strings: false, wasm: false } });
  for (const name of ['SharedArrayBuffer', 'Atomics', 'WebAssembly', 'FinalizationRegistry']) {
    runInContext(`delete globalThis.${name}`, context);
  }
  // Made there, because an object of another context is none of its plain objects.
  runInContext(
    'Response.prototype.json = async function () { return JSON.parse(await this.text()) }',
    context,
  );
  runInContext('delete Intl.Segmenter; globalThis.window = globalThis.self = globalThis;', context);
  return runInContext(`${script}; sdk`, context) as Sdk;
}

type Listener = (this: unknown, event: object) => void;

/** React Native's sockets and signals are event targets of its own; neither `Event` nor `EventTarget` is a global. */
class Target {
  readonly #listeners: { readonly name: string; readonly listener: Listener; readonly isOnce: boolean }[] =
    [];

  addEventListener(name: string, listener: Listener, options?: { readonly once?: boolean }): void {
    this.#listeners.push({ name, listener, isOnce: options?.once === true });
  }

  removeEventListener(name: string, listener: Listener): void {
    const index = this.#listeners.findIndex((each) => each.name === name && each.listener === listener);
    if (index !== -1) this.#listeners.splice(index, 1);
  }

  protected tell(type: string, event: object): void {
    for (const { name, listener, isOnce } of [...this.#listeners]) {
      if (name !== type) continue;
      if (isOnce) this.removeEventListener(name, listener);
      listener.call(this, { type, ...event });
    }
  }
}

class NativeSocket extends Target {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly OPEN = 1;
  readonly #inner: WebSocket;

  constructor(url: string) {
    super();
    this.#inner = new nodeWebSocket(url);
    this.#inner.addEventListener('open', () => this.tell('open', {}));
    this.#inner.addEventListener('message', ({ data }) => this.tell('message', { data }));
    this.#inner.addEventListener('error', () => this.tell('error', {}));
    this.#inner.addEventListener('close', ({ code, reason }) => this.tell('close', { code, reason }));
  }

  get readyState(): number {
    return this.#inner.readyState;
  }

  set binaryType(type: string) {
    if (type !== 'blob' && type !== 'arraybuffer') throw new Error('binaryType must be blob or arraybuffer');
  }

  send(data: string): void {
    if (this.readyState === 0) throw new Error('INVALID_STATE_ERR');
    this.#inner.send(data);
  }

  close(): void {
    this.#inner.close();
  }
}

class NativeSignal extends Target {
  aborted = false;

  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    this.tell('abort', {});
  }
}

class NativeAbortController {
  readonly signal = new NativeSignal();

  abort(): void {
    this.signal.abort();
  }
}

type Body = string | ArrayBuffer | null;

/** The answer of its `fetch`: without a stream, and reading each byte of an `ArrayBuffer` as a character. */
class NativeResponse {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: unknown;
  readonly #body: Body;

  constructor(body: Body, init: { readonly status?: number; readonly headers?: unknown } = {}) {
    this.status = init.status ?? 200;
    this.ok = this.status >= 200 && this.status < 300;
    this.headers = init.headers;
    this.#body = body;
  }

  async text(): Promise<string> {
    if (typeof this.#body === 'string' || this.#body === null) return this.#body ?? '';
    return String.fromCharCode(...new Uint8Array(this.#body));
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return new TextEncoder().encode(await this.text()).buffer;
  }
}

type Init = Omit<RequestInit, 'signal'> & { readonly signal?: NativeSignal };

async function nativeFetch(url: string, { signal, ...init }: Init = {}): Promise<NativeResponse> {
  const abort = new AbortController();
  if (signal?.aborted) abort.abort();
  signal?.addEventListener('abort', () => abort.abort());
  const response = await fetch(url, { ...init, signal: abort.signal });
  return new NativeResponse(await response.text(), response);
}

const nativeGlobals = {
  console,
  setTimeout,
  clearTimeout,
  setInterval,
  clearInterval,
  setImmediate,
  queueMicrotask,
  performance: { now: () => performance.now() },
  navigator: { product: 'ReactNative' },
  process: { env: { NODE_ENV: 'production' } },
  TextEncoder,
  URL,
  atob,
  btoa,
  fetch: nativeFetch,
  Headers,
  Response: NativeResponse,
  AbortController: NativeAbortController,
  AbortSignal: NativeSignal,
  WebSocket: NativeSocket,
};
