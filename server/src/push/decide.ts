import { cutText, limits, type Message } from '@whisper/shared';
import { countBadge, readReceiver, type Receiver } from '../chats/read-receiver.ts';
import { findNewestUnread } from '../messages/log/read-log.ts';
import { lifetimeSeconds, type Address, type Notice } from './adapters/adapter.ts';
import type { PushDeps } from './deps.ts';
import { deviceModel, type DeviceDoc } from './device.model.ts';
import type { TakenPush } from './outbox.ts';
import type { PushResult } from './push.model.ts';
import { findOwnSettings } from './push-settings.ts';

export type Decision =
  | { readonly type: 'push'; readonly address: Address; readonly notice: Notice }
  | { readonly type: 'skip'; readonly why: Exclude<PushResult, 'sent' | 'failed' | 'pruned' | 'foreground'> }
  /** The person looks at another device of theirs: they may read it there, or put it away. */
  | { readonly type: 'wait' };

/**
 * Asked right before a push is made, and nowhere else: whether the person is to hear of it now, and of what. They are in the
 * chat, did not mute it or are named, and something is unread that they did not hide, nobody deleted, and nobody wrote whom
 * they are not told of.
 */
export async function decide(deps: PushDeps, row: TakenPush): Promise<Decision> {
  const device = await deviceModel(deps.db).findById(row.deviceId).lean();
  if (device?.user.toHexString() !== row.userId) return { type: 'skip', why: 'noDevice' };
  const receiver = await readReceiver(deps, row.chatId, row.userId);
  if (!receiver) return { type: 'skip', why: 'notMember' };
  const own = await findOwnSettings(deps.db, row.userId);
  if (receiver.isMuted && !own.mentionsPassMute) return { type: 'skip', why: 'muted' };
  const message = await findNews(deps, row, receiver);
  if (!message) return { type: 'skip', why: receiver.isMuted ? 'muted' : 'read' };
  const looking = await deps.foreground.findOnline([row.userId]);
  if (looking.length > 0) return { type: 'wait' };
  const isTextShown = own.showText && deps.env.PUSH_TEXT === 'on';
  const words = isTextShown ? wordsOf(message, receiver) : wordless;
  const badge = await countBadge(deps, row.userId);
  const notice = { chatId: row.chatId, seq: message.seq, badge, ...words };
  return { type: 'push', address: addressOf(device), notice };
}

/** The newest of what is unread and was not pushed yet. */
async function findNews(deps: PushDeps, row: TakenPush, receiver: Receiver): Promise<Message | null> {
  const { unread, isMuted } = receiver;
  return findNewestUnread(deps.db, {
    range: { ...unread, afterSeq: Math.max(unread.afterSeq, row.afterSeq) },
    since: new Date(deps.clock.now() - lifetimeSeconds * 1_000),
    isMentioned: isMuted,
    notFrom: await deps.findSilenced(row.userId),
  });
}

type Words = Pick<Notice, 'title' | 'body'>;

const wordless: Words = { title: 'Whisper', body: 'New message' };

function wordsOf({ sender, text }: Message, { name }: Receiver): Words {
  const title = name === null ? sender.name : `${sender.name} in ${name}`;
  return { title, body: cutText(text, limits.pushTextLengthMax) || wordless.body };
}

function addressOf({ kind, address, webKeys }: DeviceDoc): Address {
  return kind === 'web'
    ? { kind, endpoint: address, keys: webKeys ?? { p256dh: '', auth: '' } }
    : { kind, token: address };
}
