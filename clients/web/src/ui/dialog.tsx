import { useEffect, useRef, type KeyboardEvent, type ReactNode, type SyntheticEvent } from 'react';

type Props = { readonly title: string; readonly onClose: () => void; readonly children: ReactNode };

/**
 * A question or a list over the page, which waits behind it. Escape and a click beside it close it. The focus begins
 * at what is marked with `data-first`, else where the browser puts it.
 */
export function Dialog({ title, onClose, children }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    ref.current?.showModal();
    ref.current?.querySelector<HTMLElement>('[data-first]')?.focus();
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    // Nothing behind the dialog takes this key too.
    event.preventDefault();
    onClose();
  };
  const onCancel = (event: SyntheticEvent) => {
    event.preventDefault();
    onClose();
  };
  return (
    <dialog
      ref={ref}
      className="dialog"
      aria-label={title}
      onKeyDown={onKeyDown}
      onCancel={onCancel}
      onClick={(event) => event.target === ref.current && onClose()}
    >
      <div className="dialog-body">
        <h2>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}
