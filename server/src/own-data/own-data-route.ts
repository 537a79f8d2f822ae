import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { sendJson } from '../http/answer.ts';
import { sendError } from '../http/body.ts';
import { AppError } from '../platform/errors.ts';
import type { OwnDataDeps } from './deps.ts';
import { exportArchive } from './export-archive.ts';
import { ownDataPath, takeTicket } from './export-tickets.ts';
import { readReceipt } from './read-receipt.ts';

/** Archives that one process writes at the same time. */
const exportsMax = 4;

const notHere = () => new AppError('NOT_FOUND', 'There is nothing here');

/** `GET /own-data/exports/TICKET` downloads an archive, `GET /own-data/receipts/ID` tells what became of an erasure. */
export function createOwnDataRoute(deps: OwnDataDeps) {
  let running = 0;

  async function sendArchive(ticket: string, response: ServerResponse): Promise<void> {
    if (running >= exportsMax) throw new AppError('SERVICE_UNAVAILABLE', 'Others download theirs right now');
    running += 1;
    try {
      const subject = await takeTicket(deps, ticket);
      if (!subject) throw notHere();
      const day = new Date(deps.clock.now()).toISOString().slice(0, 10);
      response.writeHead(200, {
        'content-type': 'application/zip',
        'content-disposition': `attachment; filename="whisper-${day}.zip"`,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      await pipeline(exportArchive(deps, subject), response);
    } finally {
      running -= 1;
    }
  }

  async function sendReceipt(receiptId: string, response: ServerResponse): Promise<void> {
    const receipt = await readReceipt(deps.db, receiptId);
    if (!receipt) throw notHere();
    sendJson(response, 200, receipt);
  }

  return (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname } = new URL(request.url ?? '/', 'http://own.invalid');
    const [, of, name = ''] =
      new RegExp(`^${ownDataPath}/(exports|receipts)/([\\w-]{32})$`).exec(pathname) ?? [];
    const isGet = request.method === 'GET';
    const sending =
      isGet && of === 'exports'
        ? sendArchive(name, response)
        : isGet && of === 'receipts'
          ? sendReceipt(name, response)
          : Promise.reject(notHere());
    sending.catch((error: unknown) => {
      if (!response.headersSent) return sendError(response, error);
      // What came so far has no end, which says that it is not all.
      response.destroy();
      if (!request.destroyed) deps.log.warn({ err: error }, 'an archive could not be finished');
    });
  };
}
