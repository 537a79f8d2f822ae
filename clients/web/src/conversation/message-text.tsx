import { memo } from 'react';
import { parseText, type Inline } from './parse-text.ts';

/** What somebody wrote: always text, each line in its own direction. */
export const MessageText = memo(function MessageText({ text }: { readonly text: string }) {
  return (
    <>
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
    </>
  );
});

function Part({ part }: { readonly part: Inline }) {
  switch (part.type) {
    case 'text':
      return <span>{part.text}</span>;
    case 'code':
      return <code>{part.text}</code>;
    case 'link':
      return (
        <a href={part.href} target="_blank" rel="noopener noreferrer">
          {part.text}
        </a>
      );
  }
  return part satisfies never;
}
