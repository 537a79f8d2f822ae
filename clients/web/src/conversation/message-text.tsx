import { createContext, memo, useContext } from 'react';
import { splitMentions } from './mentions.ts';
import type { Inline } from './parse-inline.ts';
import { parseText, type Block } from './parse-text.ts';

type Props = {
  readonly text: string;
  /** The names of those it mentions, one a line. */
  readonly mentioned: string;
};

const MentionedNames = createContext<readonly string[]>([]);

/** What somebody wrote, with the marks of Markdown understood: never HTML, each line in its own direction. */
export const MessageText = memo(function MessageText({ text, mentioned }: Props) {
  return (
    <MentionedNames value={mentioned === '' ? [] : mentioned.split('\n')}>
      <Blocks blocks={parseText(text)} />
    </MentionedNames>
  );
});

function Blocks({ blocks }: { readonly blocks: readonly Block[] }) {
  return blocks.map((block, index) => <BlockPart key={index} block={block} />);
}

function BlockPart({ block }: { readonly block: Block }) {
  switch (block.type) {
    case 'code':
      return (
        <pre tabIndex={0} role="region" aria-label="Code" dir="ltr">
          <code>{block.text}</code>
        </pre>
      );
    case 'paragraph':
      return (
        <p dir="auto">
          <Parts parts={block.parts} />
        </p>
      );
    case 'quote':
      return (
        <blockquote dir="auto">
          <Blocks blocks={block.blocks} />
        </blockquote>
      );
    case 'list':
      return <ListPart {...block} />;
  }
  return block satisfies never;
}

function ListPart({ start, items }: Omit<Extract<Block, { type: 'list' }>, 'type'>) {
  const lines = items.map((blocks, index) => (
    <li key={index}>
      <Blocks blocks={blocks} />
    </li>
  ));
  if (start === null) return <ul dir="auto">{lines}</ul>;
  return (
    <ol dir="auto" start={start}>
      {lines}
    </ol>
  );
}

function Parts({ parts }: { readonly parts: readonly Inline[] }) {
  return parts.map((part, index) => <Part key={index} part={part} />);
}

function Part({ part }: { readonly part: Inline }) {
  switch (part.type) {
    case 'text':
      return <WithMentions text={part.text} />;
    case 'code':
      return <code>{part.text}</code>;
    case 'strong':
      return (
        <strong>
          <Parts parts={part.parts} />
        </strong>
      );
    case 'emphasis':
      return (
        <em>
          <Parts parts={part.parts} />
        </em>
      );
    case 'link':
      return (
        <>
          <a href={part.href} target="_blank" rel="noopener noreferrer">
            {part.text}
          </a>
          {part.host !== null && <span className="link-host">{` (${part.host})`}</span>}
        </>
      );
  }
  return part satisfies never;
}

function WithMentions({ text }: { readonly text: string }) {
  const names = useContext(MentionedNames);
  return splitMentions(text, names).map((piece, index) => (
    <span key={index} className={piece.name === null ? undefined : 'mention'}>
      {piece.text}
    </span>
  ));
}
