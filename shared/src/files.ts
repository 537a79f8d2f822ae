import { z } from 'zod';
import { ClientIdSchema, FileIdSchema } from './ids.ts';
import { limits } from './limits.ts';
import { isVisible, TextSchema } from './text.ts';

/**
 * Why a file is not taken, beside the code of the refusal: in `data.reason` of a tRPC error, and as `reason` in the JSON
 * with which an upload's last request is refused.
 */
export const fileRefusals = [
  /** Of a type that this server does not take, by what its bytes say. */
  'typeNotAllowed',
  /** Larger than this server takes. */
  'fileTooLarge',
  /** Its person keeps as much here as they may. */
  'quotaExceeded',
  /** A picture with more pixels than this server decodes. */
  'tooManyPixels',
  /** Its bytes say that it is a picture, and cannot be read as one. */
  'unreadablePicture',
  /** Not all of its bytes have arrived yet. */
  'fileIncomplete',
  /** It is in another message already. */
  'fileUsed',
] as const;
export type FileRefusal = (typeof fileRefusals)[number];

/** An address below the server's own, signed and good for some minutes; `file.get` gives a new one. */
const LinkSchema = z.string();

const side = z.int().min(1);

/** A smaller form of a picture, WebP. */
export const ThumbnailSchema = z.object({ width: side, height: side, url: LinkSchema });
export type Thumbnail = z.infer<typeof ThumbnailSchema>;

/** A file as it stands in a message. What it is was read from its bytes, not from what its sender said. */
export const AttachmentSchema = z.object({
  fileId: FileIdSchema,
  name: z.string().describe('Without a path, and nothing in it that turns the direction of reading.'),
  type: z.string().describe('A media type, such as `image/jpeg`.'),
  size: z.int().min(0).describe('Bytes of what the link gives.'),
  width: side.optional(),
  height: side.optional(),
  thumbhash: z.string().optional().describe('A blurred form of the picture in some thirty bytes, base64.'),
  durationMs: z.int().min(0).optional().describe('Of audio.'),
  alt: z.string().optional().describe('What a picture shows, in its sender’s words.'),
  url: LinkSchema,
  thumbnails: z
    .array(ThumbnailSchema)
    .optional()
    .describe('Smallest first; none that is larger than the picture.'),
});
export type Attachment = z.infer<typeof AttachmentSchema>;

const FileNameSchema = TextSchema.trim()
  .min(1)
  .max(limits.fileNameLengthMax)
  .refine(isVisible, 'shows nothing');

const AltSchema = TextSchema.trim().max(limits.altLengthMax);

export const CreateFileInputSchema = z.object({
  name: FileNameSchema,
  type: TextSchema.max(limits.mediaTypeLengthMax).describe(
    'What the device takes it for; empty when it does not know. The bytes decide.',
  ),
  size: z.int().min(1).max(Number.MAX_SAFE_INTEGER).describe('Its bytes, exactly.'),
  clientId: ClientIdSchema.meta({
    description: 'A key made once per file, best a UUID: asking again with it answers the same upload.',
    format: 'uuid',
  }),
  alt: AltSchema.optional().describe('What a picture shows; `file.describe` says it later.'),
});
export type CreateFileInput = z.infer<typeof CreateFileInputSchema>;

/** A tus upload (1.0.0) that exists already: its bytes may be sent at once, by PATCH with these headers. */
export const CreatedFileSchema = z.object({
  fileId: FileIdSchema,
  upload: z.object({
    url: z.string().describe('Below the server’s address.'),
    headers: z.record(z.string(), z.string()).describe('To be sent with each request to it.'),
  }),
});
export type CreatedFile = z.infer<typeof CreatedFileSchema>;

export const GetFileInputSchema = z.object({ fileId: FileIdSchema });
export type GetFileInput = z.infer<typeof GetFileInputSchema>;

/** Where the bytes are, for some minutes and for whoever has the link. */
export const FileLinkSchema = z.object({
  url: LinkSchema,
  thumbnails: z.array(ThumbnailSchema).optional(),
});
export type FileLink = z.infer<typeof FileLinkSchema>;

export const DescribeFileInputSchema = z.object({ fileId: FileIdSchema, alt: AltSchema });
export type DescribeFileInput = z.infer<typeof DescribeFileInputSchema>;

/** Files of the sender that are in no message yet. */
export const attachmentIdsSchema = z.array(FileIdSchema).max(limits.attachmentsMax);

/** An address that a server gave, as one to ask at. */
export function toFileAddress(serverUrl: string, url: string): string {
  return `${serverUrl.replace(/\/+$/, '')}${url}`;
}

/** When a link ends, in milliseconds since 1970; 0 for what is none. */
export function linkEndsAt(url: string): number {
  return Number(/[?&]until=(\d{1,15})(?:&|$)/.exec(url)?.[1] ?? 0);
}
