import { join } from 'node:path';
import type { Env } from '../platform/env.ts';
import { FolderStorage } from './storage.folder.ts';
import { S3Storage } from './storage.s3.ts';
import type { FileStorage } from './storage.ts';

/** The bucket that the settings name, or else a folder in DATA_DIR. */
export function openStorage(env: Env): FileStorage {
  const { FILES_S3_URL: url, FILES_S3_REGION: region } = env;
  const { FILES_S3_ACCESS_KEY_ID: accessKeyId, FILES_S3_SECRET_ACCESS_KEY: secretAccessKey } = env;
  return url && accessKeyId && secretAccessKey
    ? new S3Storage({ url, region, accessKeyId, secretAccessKey })
    : new FolderStorage(join(env.DATA_DIR, 'files'));
}
