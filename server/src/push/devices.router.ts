import {
  DeviceListSchema,
  DeviceSchema,
  PushSettingsSchema,
  RegisterDeviceInputSchema,
  RemoveDeviceInputSchema,
  SetForegroundInputSchema,
  SetPushSettingsInputSchema,
} from '@whisper/shared';
import { z } from 'zod';
import { procedure, router } from '../trpc.ts';
import type { PushDeps } from './deps.ts';
import { getPushSettings, setPushSettings } from './push-settings.ts';
import { listDevices, registerDevice } from './register-device.ts';
import { removeDevice } from './remove-device.ts';

export function createDevicesRouter(deps: PushDeps) {
  return router({
    register: procedure
      .meta({
        docs: 'This device receives pushes for me from now on; the same address again is the same device.',
        cost: { budget: 'changes', points: 5 },
      })
      .input(RegisterDeviceInputSchema)
      .output(DeviceSchema)
      .mutation(({ ctx, input }) => {
        const { sessionId } = ctx.identity;
        return registerDevice(deps, { userId: ctx.viewer.id, sessionId }, input);
      }),

    list: procedure
      .meta({ docs: 'My devices that receive pushes.', cost: { budget: 'reads', points: 1 } })
      .output(DeviceListSchema)
      .query(async ({ ctx }) => ({ devices: await listDevices(deps, ctx.viewer.id) })),

    remove: procedure
      .meta({
        docs: 'The device receives nothing any more; as when I sign out on it.',
        cost: { budget: 'changes', points: 1 },
      })
      .input(RemoveDeviceInputSchema)
      .output(z.void())
      .mutation(({ ctx, input }) => removeDevice(deps, { userId: ctx.viewer.id, ...input })),

    settings: procedure
      .meta({
        docs: 'How I want to be told of news, and what a browser needs to subscribe.',
        cost: { budget: 'reads', points: 1 },
      })
      .output(PushSettingsSchema)
      .query(({ ctx }) => getPushSettings(deps, ctx.viewer.id)),

    setSettings: procedure
      .meta({
        docs: 'Whether pushes show text, and whether being named reaches me in a muted chat.',
        cost: { budget: 'changes', points: 1 },
      })
      .input(SetPushSettingsInputSchema)
      .output(PushSettingsSchema)
      .mutation(({ ctx, input }) => setPushSettings(deps, ctx.viewer.id, input)),

    setForeground: procedure
      .meta({
        docs: 'Whether I look at the client whose socket this comes on: while I do, nothing is pushed to me.',
        cost: { budget: 'changes', points: 1 },
      })
      .input(SetForegroundInputSchema)
      .output(z.void())
      .mutation(({ ctx, input }) => ctx.socket?.setForeground(input.foreground)),
  });
}
