const paths = {
  back: 'M15 5l-7 7 7 7',
  down: 'M6 10l6 6 6-6',
  search: 'M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13zM20 20l-4.800-4.800',
  send: 'M12 19V5M6 11l6-6 6 6',
  signOut: 'M14 4h4a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-4M10 16l-4-4 4-4M6 12h10',
  waiting: 'M12 7v5l3 2M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17z',
  warning: 'M12 8v5M12 16.500v.010M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z',
} as const;

type Props = { readonly name: keyof typeof paths };

/** Decorative: used beside words or inside a labelled button, hidden from screen readers. */
export function Icon({ name }: Props) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
