import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from './router.ts';

export type {
  JsonSchema,
  ProcedureDescription,
  ProcedureKind,
  RouterDescription,
} from './wires/trpc/describe-router.ts';
export type { AppRouter };
export type RouterInputs = inferRouterInputs<AppRouter>;
export type RouterOutputs = inferRouterOutputs<AppRouter>;
