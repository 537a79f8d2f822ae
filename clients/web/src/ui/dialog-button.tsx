import { useState, type ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

type Props = {
  readonly label: string;
  readonly icon: IconName;
  /** The dialog, given what closes it. */
  readonly children: (close: () => void) => ReactNode;
};

/** A button that shows a picture and opens a dialog. */
export function DialogButton({ label, icon, children }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="icon-button"
        aria-label={label}
        title={label}
        aria-haspopup="dialog"
        onClick={() => setIsOpen(true)}
      >
        <Icon name={icon} />
      </button>
      {isOpen && children(() => setIsOpen(false))}
    </>
  );
}
