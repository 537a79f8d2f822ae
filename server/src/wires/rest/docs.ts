import express, { Router } from 'express';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Whisper: the old REST interface</title>
    <link rel="stylesheet" href="/api/docs/swagger-ui.css">
    <link rel="icon" href="/api/docs/favicon-32x32.png">
  </head>
  <body>
    <main id="docs"></main>
    <script src="/api/docs/swagger-ui-bundle.js"></script>
    <script src="/api/docs/start.js"></script>
  </body>
</html>
`;

const script = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#docs', deepLinking: true });\n`;

const assets = ['/swagger-ui.css', '/swagger-ui-bundle.js', '/favicon-32x32.png'];

/** The document as a page to read and to try out; everything on it comes from this server. */
export function createDocs(): Router {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const files = express.static(folder, { index: false, redirect: false, maxAge: '1h' });
  const docs = Router();
  docs.get('/', (_request, response) => void response.type('html').send(page));
  docs.get('/start.js', (_request, response) => void response.type('js').send(script));
  docs.get(assets, files);
  return docs;
}
