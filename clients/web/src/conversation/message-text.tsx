import { memo } from 'react';
import { isEmojiOnly, parseText, type Inline } from './parse-text.ts';

/** What somebody wrote: always text, each line in its own direction. */
export const MessageText = memo(function MessageText({ text }: { readonly text: string }) {
  return (
    <div className="bubble" data-emoji={isEmojiOnly(text) || undefined}>
      {parseText(text).map((block, index) =>
        block.type === 'code' ? (
          <pre key={index} tabIndex={0} role="region" aria-label="Code" dir="ltr">
            <code>{block.text}</code>
          </pre>
        ) : (
          <p key={index} dir="auto">
            {block.parts.map((part, place) => (
              <Part key={place} part={part} />
            ))}
          </p>
        ),
      )}
    </div>
  );
});

function Part({ part }: { readonly part: Inline }) {
  if (part.type === 'text') return part.text;
  if (part.type === 'code') return <code>{part.text}</code>;
  return (
    <a href={part.text} target="_blank" rel="noopener noreferrer">
      {part.text}
    </a>
  );
}
