import type { ChatId } from '@whisper/shared';
import { useStore } from '../store/use-store.ts';

type Props = { readonly chatId: ChatId; readonly name: string };

/** Keeps its place while nobody types, so that nothing moves when somebody does. */
export function TypingLine({ chatId, name }: Props) {
  const isTyping = useStore(({ typing }) => typing.has(chatId));
  return (
    <p className="typing-line" role="status">
      {isTyping && (
        <>
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span>
            <bdi>{name}</bdi> is typing
          </span>
        </>
      )}
    </p>
  );
}
