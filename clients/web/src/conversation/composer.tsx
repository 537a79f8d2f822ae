import { wordsOf, type ChatId } from '@whisper/shared';
import type { ClipboardEvent, KeyboardEvent, RefObject } from 'react';
import { EmojiDialog } from '../emoji/emoji-dialog.tsx';
import { AttachButton } from '../files/attach-button.tsx';
import { AttachStrip } from '../files/attach-strip.tsx';
import type { AttachedFiles } from '../files/use-attached.ts';
import { VoiceButton } from '../files/voice-button.tsx';
import { usePeopleOf } from '../store/use-people-of.ts';
import { DialogButton } from '../ui/dialog-button.tsx';
import { Icon } from '../ui/icon.tsx';
import { hasTouchKeyboard, isComposing } from '../ui/keyboard.ts';
import type { Mode } from './acts.ts';
import { MentionList } from './mention-list.tsx';
import { useComposer } from './use-composer.ts';
import { useMentionOffer } from './use-mention-offer.ts';

const lengthNoteId = 'length-note';

type Props = {
  readonly chatId: ChatId;
  readonly name: string;
  readonly mode: Mode | null;
  readonly attached: AttachedFiles;
};

export function Composer({ chatId, name, mode, attached }: Props) {
  const people = usePeopleOf(chatId);
  const composer = useComposer({ chatId, mode, people, attached });
  const { text, note, isTooLong, canSend, field, change, insert, send, leave, editLast } = composer;
  const { offered, active, pick, takeKey, fieldProps } = useMentionOffer({ text, field, people, change });
  const isTouch = hasTouchKeyboard();
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isComposing(event.nativeEvent) && takeKey(event)) return;
    if (event.key === 'Escape' && mode) {
      event.preventDefault();
      return leave();
    }
    if (event.key === 'ArrowUp' && text === '' && !mode && editLast()) return event.preventDefault();
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event.nativeEvent)) return;
    if (!isTouch || event.ctrlKey || event.metaKey) send(event);
  };

  return (
    <form className="composer" onSubmit={send}>
      {mode && <ModeLine mode={mode} onLeave={leave} />}
      {mode?.type !== 'edit' && <AttachStrip attached={attached} />}
      <MentionList offered={offered} active={active} onPick={pick} />
      <div className="composer-box">
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          enterKeyHint={isTouch ? 'enter' : 'send'}
          aria-label={name ? `Message to ${name}` : 'Message'}
          aria-describedby={lengthNoteId}
          aria-invalid={isTooLong}
          placeholder="Write a message"
          value={text}
          onChange={(event) => change(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={(event) => pasteFiles(event, attached.add)}
          {...fieldProps}
        />
        {mode?.type !== 'edit' && <FileButtons isEmpty={text === ''} add={attached.add} />}
        <EmojiButton field={field} onPick={insert} />
        <SendButton label={mode?.type === 'edit' ? 'Save' : 'Send'} isDisabled={!canSend} />
      </div>
      <p id={lengthNoteId} className="length-note" data-over={isTooLong || undefined} role="status">
        {note}
      </p>
    </form>
  );
}

type FileProps = { readonly isEmpty: boolean; readonly add: AttachedFiles['add'] };

function FileButtons({ isEmpty, add }: FileProps) {
  return (
    <>
      <VoiceButton isOffered={isEmpty} onRecorded={(file) => add([file])} />
      <AttachButton onPick={add} />
    </>
  );
}

/** A copied picture comes as a file; copied words may bring a picture of themselves, which nobody means. */
function pasteFiles(event: ClipboardEvent, add: (files: readonly File[]) => void): void {
  const files = [...event.clipboardData.files];
  if (files.length === 0 || event.clipboardData.types.includes('text/plain')) return;
  event.preventDefault();
  add(files);
}

type SendProps = { readonly label: string; readonly isDisabled: boolean };

function SendButton({ label, isDisabled }: SendProps) {
  return (
    <button type="submit" className="send" aria-label={label} disabled={isDisabled}>
      <Icon name="send" />
    </button>
  );
}

type EmojiProps = {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly onPick: (emoji: string) => void;
};

function EmojiButton({ field, onPick }: EmojiProps) {
  const leave = (close: () => void) => {
    close();
    requestAnimationFrame(() => field.current?.focus());
  };
  const pick = (close: () => void) => (emoji: string) => {
    onPick(emoji);
    leave(close);
  };
  return (
    <DialogButton label="Add an emoji" icon="emoji">
      {(close) => <EmojiDialog title="Add an emoji" onPick={pick(close)} onClose={() => leave(close)} />}
    </DialogButton>
  );
}

type ModeProps = { readonly mode: Mode; readonly onLeave: () => void };

/** Says what Enter will do, unless it sends a new message. */
function ModeLine({ mode: { type, message }, onLeave }: ModeProps) {
  return (
    <div className="mode-line" role="status">
      <Icon name={type === 'reply' ? 'answer' : 'edit'} />
      <p>
        <span key={type}>{type === 'reply' ? 'Reply to' : 'Edit your message'}</span>{' '}
        {type === 'reply' && <bdi>{message.sender.name}</bdi>}
        <span className="mode-text" dir="auto">
          {wordsOf(message).slice(0, excerptLength)}
        </span>
      </p>
      <button
        type="button"
        className="icon-button"
        aria-label={type === 'reply' ? 'Do not reply' : 'Do not edit'}
        onClick={onLeave}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

const excerptLength = 200;
