import {
  CreatedFileSchema,
  CreateFileInputSchema,
  DescribeFileInputSchema,
  FileLinkSchema,
  GetFileInputSchema,
} from '@whisper/shared';
import { procedure, router } from '../trpc.ts';
import { createFile } from './create-file.ts';
import type { FilesDeps } from './deps.ts';
import { describeFile } from './describe-file.ts';
import { getFile } from './get-file.ts';

export function createFilesRouter(deps: FilesDeps) {
  return router({
    create: procedure
      .meta({
        docs: 'Makes a file and says where its bytes go. Safe to repeat with the same clientId.',
        cost: { budget: 'changes', points: 2 },
      })
      .input(CreateFileInputSchema)
      .output(CreatedFileSchema)
      .mutation(({ ctx, input }) => createFile(deps, ctx.viewer.id, input)),

    get: procedure
      .meta({
        docs: 'A new link to a file that I may see.',
        cost: { budget: 'reads', points: 1 },
      })
      .input(GetFileInputSchema)
      .output(FileLinkSchema)
      .query(({ ctx, input }) => getFile(deps, ctx.viewer.id, input.fileId)),

    describe: procedure
      .meta({
        docs: 'Says what my picture shows, before it is sent. Safe to repeat.',
        cost: { budget: 'changes', points: 1 },
      })
      .input(DescribeFileInputSchema)
      .mutation(({ ctx, input }) => describeFile(deps, ctx.viewer.id, input)),
  });
}
