import type { ChatView } from '@whisper/client';
import { messagesOf } from '@whisper/client';
import { Gallery } from '../files/gallery.tsx';
import { TraceDialog } from '../own-data/trace-dialog.tsx';
import type { Message } from '@whisper/shared';
import { DeleteDialog } from './delete-dialog.tsx';
import { EditsDialog } from './edits-dialog.tsx';
import { ReactionDialog } from './reaction-dialog.tsx';
import { ForwardDialog } from './forward-dialog.tsx';
import { ReadersDialog } from './readers-dialog.tsx';
import { MessageMenu } from './message-menu.tsx';
import { ReportDialog } from '../protect/report-dialog.tsx';
import { useActs, type Overlay } from './acts.ts';

function ReportMessage({ message }: { readonly message: Message }) {
  const { close } = useActs();
  return <ReportDialog title="Report this message" subject={{ messageId: message.id }} onClose={close} />;
}

type Props = { readonly overlay: Overlay | null; readonly view: ChatView | undefined };

/** What is open over the conversation, about the message as it is now; nothing once that is deleted. */
export function Overlays({ overlay, view }: Props) {
  const message = overlay && messagesOf(view).find(({ id }) => id === overlay.id);
  if (!message || message.deletedAt !== null) return null;
  switch (overlay.type) {
    case 'menu':
      return <MessageMenu key={message.id} message={message} />;
    case 'emoji':
      return <ReactionDialog message={message} />;
    case 'delete':
      return <DeleteDialog message={message} />;
    case 'forward':
      return <ForwardDialog message={message} />;
    case 'readers':
      return <ReadersDialog message={message} />;
    case 'trace':
      return <TraceDialog message={message} />;
    case 'report':
      return <ReportMessage message={message} />;
    case 'edits':
      return <EditsDialog message={message} />;
    case 'gallery':
      return <Gallery first={overlay.fileId} messages={messagesOf(view)} />;
  }
  return overlay satisfies never;
}
