import { z } from 'zod';
import { limits } from './limits.ts';
import { ChatIdSchema, DeviceIdSchema } from './ids.ts';
import { TextSchema } from './text.ts';

/** By whom a device is reached: a browser's push service, Expo's, or Firebase. */
export const DeviceKindSchema = z.enum(['web', 'expo', 'fcm']);
export type DeviceKind = z.infer<typeof DeviceKindSchema>;

const base64url = (bytes: number) =>
  z.string().regex(new RegExp(`^[\\w-]{${Math.ceil((bytes * 4) / 3)}}=*$`), 'is not a key of this length');

const addressSchema = TextSchema.min(1).max(limits.pushAddressLengthMax);
const visibleAscii = /^[\x21-\x7e]+$/;

/** What a browser's `PushSubscription.toJSON()` says. */
export const WebAddressSchema = z.object({
  kind: z.literal('web'),
  endpoint: addressSchema.refine((text) => URL.canParse(text), 'is not an address'),
  keys: z.object({ p256dh: base64url(65), auth: base64url(16) }),
});
export const ExpoAddressSchema = z.object({
  kind: z.literal('expo'),
  token: addressSchema.regex(/^Expo(?:nent)?PushToken\[[\x21-\x7e]+\]$/, 'is not a push token of Expo'),
});
export const FcmAddressSchema = z.object({
  kind: z.literal('fcm'),
  token: addressSchema.regex(visibleAscii, 'is not a registration token'),
});

const labelShape = {
  label: TextSchema.trim()
    .max(limits.deviceLabelLengthMax)
    .optional()
    .describe('What the person calls it, such as “Firefox on Linux”.'),
  platform: TextSchema.trim()
    .max(limits.deviceLabelLengthMax)
    .optional()
    .describe('What it runs, such as ios, android or web.'),
};

/** A device of mine. The same address again is the same device, with whoever registered it last. */
export const RegisterDeviceInputSchema = z.discriminatedUnion('kind', [
  WebAddressSchema.extend(labelShape),
  ExpoAddressSchema.extend(labelShape),
  FcmAddressSchema.extend(labelShape),
]);
export type RegisterDeviceInput = z.infer<typeof RegisterDeviceInputSchema>;

/** A device as its person sees it; how it is reached stays with the server. */
export const DeviceSchema = z.object({
  id: DeviceIdSchema,
  kind: DeviceKindSchema,
  label: z.string(),
  platform: z.string(),
  createdAt: z.date(),
  lastSeenAt: z.date().describe('When it was registered last.'),
});
export type Device = z.infer<typeof DeviceSchema>;

export const DeviceListSchema = z.object({ devices: z.array(DeviceSchema) });
export type DeviceList = z.infer<typeof DeviceListSchema>;

export const RemoveDeviceInputSchema = z.object({ deviceId: DeviceIdSchema });

export const SetForegroundInputSchema = z.object({
  foreground: z.boolean().describe('Whether the person looks at the client whose socket this call comes on.'),
});

const own = {
  showText: z.boolean().describe('Whether my pushes say who wrote what; otherwise only that there is news.'),
  mentionsPassMute: z.boolean().describe('Whether I hear of it when I am named in a chat that I muted.'),
};

/** How I want to be told of news, and what the server can do. */
export const PushSettingsSchema = z.object({
  ...own,
  isTextAllowed: z.boolean().describe('Whether this server’s pushes may say who wrote what at all.'),
  kinds: z
    .array(DeviceKindSchema)
    .describe('The kinds of devices this server reaches; none when it pushes nothing.'),
  webPublicKey: z
    .string()
    .nullable()
    .describe(
      'The `applicationServerKey` with which a browser subscribes; null where browsers are not reached.',
    ),
});
export type PushSettings = z.infer<typeof PushSettingsSchema>;

export const SetPushSettingsInputSchema = z.object({
  showText: own.showText.optional(),
  mentionsPassMute: own.mentionsPassMute.optional(),
});
export type SetPushSettingsInput = z.infer<typeof SetPushSettingsInputSchema>;

/** What a push to a browser holds, as JSON; the `data` of one to an app has the first two. */
export const PushPayloadSchema = z.object({
  chatId: ChatIdSchema,
  seq: z.int().min(1),
  badge: z.int().min(0),
  title: z.string(),
  body: z.string(),
});
export type PushPayload = z.infer<typeof PushPayloadSchema>;
