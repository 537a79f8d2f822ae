import {
  AuditPageSchema,
  CreateReportInputSchema,
  DeleteReportedInputSchema,
  ListAuditInputSchema,
  ListReportsInputSchema,
  ReportCreatedSchema,
  ReportPageSchema,
  ReportSchema,
  ResolveReportInputSchema,
} from '@whisper/shared';
import { z } from 'zod';
import { moderatorProcedure, procedure, router } from '../trpc.ts';
import { listAudit } from '../users/audit.ts';
import { createReport } from './create-report.ts';
import type { ModerationDeps } from './deps.ts';
import { deleteReported, listReports, resolveReport } from './handle-reports.ts';

export function createReportsRouter(deps: ModerationDeps) {
  return router({
    create: procedure
      .meta({
        docs: 'Shows moderators a message, a person or a chat, as I see it now.',
        cost: { budget: 'changes', points: 5 },
      })
      .input(CreateReportInputSchema)
      .output(ReportCreatedSchema)
      .mutation(({ ctx, input }) => createReport(deps, ctx.viewer.id, input)),

    list: moderatorProcedure
      .meta({
        docs: 'Moderators: what people reported, with the evidence.',
        cost: { budget: 'reads', points: 2 },
      })
      .input(ListReportsInputSchema)
      .output(ReportPageSchema)
      .query(({ input }) => listReports(deps, input)),

    resolve: moderatorProcedure
      .meta({
        docs: 'Moderators: says what became of a report.',
        cost: { budget: 'changes', points: 1 },
      })
      .input(ResolveReportInputSchema)
      .output(ReportSchema)
      .mutation(({ ctx, input }) => resolveReport(deps, ctx.viewer, input)),

    deleteMessage: moderatorProcedure
      .meta({
        docs: 'Moderators: erases a message of the evidence, for everyone.',
        cost: { budget: 'changes', points: 1 },
      })
      .input(DeleteReportedInputSchema)
      .output(z.void())
      .mutation(({ ctx, input }) => deleteReported(deps, ctx.viewer, input)),
  });
}

export function createAuditRouter(deps: Pick<ModerationDeps, 'db'>) {
  return router({
    list: moderatorProcedure
      .meta({
        docs: 'Moderators: who did what, when and to whom.',
        cost: { budget: 'reads', points: 2 },
      })
      .input(ListAuditInputSchema)
      .output(AuditPageSchema)
      .query(({ input }) => listAudit(deps, input)),
  });
}
