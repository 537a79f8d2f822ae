type ListEndProps = {
  /** What leads on; absent at the end of the list. */
  readonly more: string | undefined;
  readonly onMore: () => void;
  readonly onClose: () => void;
};

/** What stands below a list in a dialog. */
export function ListEnd({ more, onMore, onClose }: ListEndProps) {
  return (
    <div className="button-row">
      {more && (
        <button type="button" className="button quiet" onClick={onMore}>
          {more}
        </button>
      )}
      <button type="button" className="button quiet" onClick={onClose} data-first>
        Close
      </button>
    </div>
  );
}
