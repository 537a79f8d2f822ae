import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createStaticFiles } from './static-files.ts';

const script = `export const text = '${'x'.repeat(4_000)}';`;
let dir = '';

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'whisper-static-'));
  onTestFinished(() => rm(dir, { recursive: true }));
});

describe('a built bundle', () => {
  beforeEach(buildBundle);

  it('is served below its base, the page at the base itself', async () => {
    const url = await serve({ base: '/panel' });

    for (const path of ['/panel', '/panel/', '/panel?x=1', '/panel/index.html']) {
      expect(await (await fetch(url + path)).text(), path).toBe('<!doctype html>first');
    }
    const asset = await fetch(`${url}/panel/assets/app-abc.js`);
    expect(await asset.text()).toBe(script);
    expect(asset.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  });

  it('has its page at the base with a closing slash, where relative addresses hold', async () => {
    const url = await serve({ base: '/panel' });
    const { status, headers } = await fetch(`${url}/panel?x=1`, { redirect: 'manual' });
    expect([status, headers.get('location')]).toEqual([302, 'panel/?x=1']);
  });

  it('finds its files from every address of an app that routes by path, below any path', async () => {
    await writeFile(
      join(dir, 'dist/index.html'),
      '<script type="module" src="./assets/app-abc.js"></script>',
    );
    const url = await serve({ base: '/', hasFallback: true });
    for (const path of ['/', '/chats', '/chats/', '/chats/1', '/chats/1/2']) {
      const page = await fetch(url + path);
      const [, src = ''] = /src="([^"]+)"/.exec(await page.text()) ?? [];
      expect([path, new URL(src, page.url).pathname]).toEqual([path, '/assets/app-abc.js']);
    }
    expect((await fetch(`${url}/a/b/c/d/e`)).status).toBe(404);
  });

  it('lets browsers keep hashed assets for ever and ask again for the page', async () => {
    const url = await serve({ base: '/' });

    const page = await fetch(url);
    const asset = await fetch(`${url}/assets/app-abc.js`);

    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const again = await fetch(url, { headers: { 'if-none-match': page.headers.get('etag') ?? '' } });
    expect(again.status).toBe(304);
  });

  it('gives its pages a policy without inline scripts', async () => {
    const page = await fetch(await serve({ base: '/' }));

    const policy = page.headers.get('content-security-policy');
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
  });

  it('compresses for those who accept it, and not for the others', async () => {
    const url = await serve({ base: '/' });
    const sizeWith = async (encoding: string) => {
      const response = await fetch(`${url}/assets/app-abc.js`, { headers: { 'accept-encoding': encoding } });
      expect(await response.text()).toBe(script);
      return [response.headers.get('content-encoding'), Number(response.headers.get('content-length'))];
    };

    expect(await sizeWith('gzip, br')).toEqual(['br', expect.toSatisfy((size) => size < 200)]);
    expect(await sizeWith('gzip, br;q=0')).toEqual(['gzip', expect.toSatisfy((size) => size < 200)]);
    expect(await sizeWith('identity')).toEqual([null, script.length]);
  });

  it('answers an unknown path with 404, or with the page when the app routes by path', async () => {
    const plain = await serve({ base: '/' });
    const app = await serve({ base: '/', hasFallback: true });

    expect((await fetch(`${plain}/chats/1`)).status).toBe(404);
    expect(await (await fetch(`${app}/chats/1`)).text()).toBe('<!doctype html>first');
    expect((await fetch(`${app}/assets/gone.js`)).status).toBe(404);
  });

  it('leads nowhere outside its folder', async () => {
    await writeFile(join(dir, 'secret.txt'), 'secret');
    const url = await serve({ base: '/panel' });

    for (const path of [
      '/panel/../secret.txt',
      '/panel/%2e%2e/secret.txt',
      '/panel/..%2fsecret.txt',
      '/panel//etc/passwd',
    ]) {
      expect(await statusOf(url, path), path).toBe(404);
    }
  });

  it('refuses every method but GET and HEAD', async () => {
    const url = await serve({ base: '/' });

    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
  });

  it('is read again when it was built again', async () => {
    const url = await serve({ base: '/' });
    await fetch(url);

    await writeFile(join(dir, 'dist/index.html'), '<!doctype html>second');
    await utimes(join(dir, 'dist/index.html'), 1, 1);

    expect(await (await fetch(url)).text()).toBe('<!doctype html>second');
  });
});

it('says how to build a bundle that is missing', async () => {
  const response = await fetch(await serve({ base: '/' }));

  expect(response.status).toBe(503);
  expect(await response.text()).toContain('pnpm build');
});

async function buildBundle(): Promise<void> {
  await mkdir(join(dir, 'dist/assets'), { recursive: true });
  await writeFile(join(dir, 'dist/index.html'), '<!doctype html>first');
  await writeFile(join(dir, 'dist/assets/app-abc.js'), script);
}

async function serve(options: { base: string; hasFallback?: boolean }): Promise<string> {
  const server = createServer(createStaticFiles({ dir: join(dir, 'dist'), ...options }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

/** The path goes out as written; fetch would resolve its dots. */
function statusOf(url: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    httpRequest(url, { path }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });
}
