import { CopyButton } from './copy-button.tsx';

type Props = { readonly text: string; readonly label: string };

/** Text with a copy button. It can be focused, so that it scrolls by keyboard. */
export function Code({ text, label }: Props) {
  return (
    <div className="code">
      <CopyButton text={text} />
      <pre tabIndex={0} role="region" aria-label={label}>
        <code>{text}</code>
      </pre>
    </div>
  );
}
