import { legacySchemas } from '@whisper/shared/legacy';
import { describe, expect, it } from 'vitest';
import { request } from '../../testing/legacy/legacy-client.ts';
import { startTestServer } from '../../testing/index.ts';
import { endpoints } from './endpoints.ts';

type OpenApi = {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, { responses: Record<string, unknown>; operationId: string }>>;
  readonly components: { schemas: Record<string, unknown> };
};

describe('the description of the old REST interface', () => {
  it('is an OpenAPI 3.1 document of every endpoint, whose references all lead somewhere', async () => {
    await using server = await startTestServer();
    const { status, body } = await request(server.url, 'GET /api/openapi.json');
    const document = body as OpenApi;

    expect([status, document.openapi]).toEqual([200, '3.1.0']);
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    const served = endpoints.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/, '{$1}')}`);
    expect(described).toEqual(['get /health', ...served]);
    for (const [, ref = ''] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(document.components.schemas).toHaveProperty(ref);
    }
    for (const { answer } of endpoints) expect(legacySchemas.has(answer)).toBe(true);
  });

  it('is readable on a page that takes everything from this server', async () => {
    await using server = await startTestServer();
    const page = await request(server.url, 'GET /api/docs');
    expect(page.status).toBe(200);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/https?:|unsafe-eval/);

    const addresses = [...String(page.body).matchAll(/(?:href|src)="([^"]+)"/g)].map(
      ([, address]) => address,
    );
    const [app, panel] = addresses.filter((address) => address?.startsWith('../'));
    expect([addresses.length, app, panel]).toEqual([8, '../', '../panel']);
    for (const address of addresses) {
      if (address === app || address === panel) continue;
      const { pathname } = new URL(address ?? '', `${server.url}/api/docs`);
      expect((await fetch(`${server.url}${pathname}`)).status, pathname).toBe(200);
    }
    expect(String(page.body)).not.toMatch(/<script>|style=/);

    const { url } = server;
    const slashed = await fetch(`${url}/api/docs/?a`);
    expect([slashed.status, slashed.url]).toEqual([200, `${url}/api/docs`]);
  });

  it('gives away nothing else of the folder its files are in', async () => {
    await using server = await startTestServer();
    for (const path of ['package.json', 'index.html', '..%2fpackage.json', 'swagger-initializer.js']) {
      expect((await request(server.url, `GET /api/docs/${path}`)).status).toBe(404);
    }
  });
});
