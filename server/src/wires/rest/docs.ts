import express, { Router, type RequestHandler } from 'express';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { redirect } from '../../http/answer.ts';
import { page, script, styles } from './docs-page.ts';

const assets = ['/swagger-ui.css', '/swagger-ui-bundle.js', '/favicon-32x32.png'];

/** The document as a page to read and to try out; everything on it comes from this server. */
export function createDocs(): Router {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const files = express.static(folder, { index: false, redirect: false, maxAge: '1h' });
  const docs = Router();
  docs.get('/', servePage);
  docs.get('/start.js', (_request, response) => void response.type('js').send(script));
  docs.get('/page.css', (_request, response) => void response.type('css').send(styles));
  docs.get(assets, files);
  return docs;
}

/** The page's relative addresses need it to be at a path without a slash at the end. */
const servePage: RequestHandler = ({ originalUrl }, response) => {
  const [path = ''] = originalUrl.split('?');
  if (path.endsWith('/')) redirect(response, '../docs');
  else response.type('html').send(page);
};
