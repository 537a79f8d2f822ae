type Props = { readonly onMore: () => void };

/** The last line of a list of people that goes on. */
export function MorePeople({ onMore }: Props) {
  return (
    <li>
      <button type="button" className="more" onClick={onMore}>
        Show more people
      </button>
    </li>
  );
}
