const paths = {
  answer: 'M9 7L4 12l5 5M4 12h10a6 6 0 0 1 6 6v1',
  archive: 'M4 8h16v12H4zM3 4h18v4H3zM10 12h4',
  attach:
    'M18 11l-7 7a4.500 4.500 0 0 1-6.400-6.400l8-8a3 3 0 0 1 4.300 4.300l-8 8a1.500 1.500 0 0 1-2.100-2.100l7-7',
  back: 'M15 5l-7 7 7 7',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l1.500 2h-15zM10 20.500a2 2 0 0 0 4 0',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  delivered: 'M2 13l4 4 9-10M11 16l1 1 9-10',
  down: 'M6 10l6 6 6-6',
  edit: 'M5 19l1-4L16 5l3 3L9 18zM14 7l3 3',
  emoji:
    'M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17zM8.500 14a4 4 0 0 0 7 0M9 9.500v.010M15 9.500v.010',
  file: 'M6 3h8l5 5v13H6zM14 3v5h5',
  forward: 'M15 7l5 5-5 5M20 12H10a6 6 0 0 0-6 6v1',
  ledger: 'M6 3h12v18H6zM9.500 8h5M9.500 12h5M9.500 16h3',
  microphone: 'M12 15a3 3 0 0 0 3-3V6a3 3 0 0 0-6 0v6a3 3 0 0 0 3 3zM6 12a6 6 0 0 0 12 0M12 18v3',
  more: 'M6 12h.010M12 12h.010M18 12h.010',
  muted: 'M6 16V11a6 6 0 0 1 9-5M18 11v5l1.500 2h-13M10 20.500a2 2 0 0 0 4 0M4 4l16 16',
  newGroup: 'M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM3 20a6 6 0 0 1 12 0M18 8v6M15 11h6',
  pause: 'M9 6v12M15 6v12',
  info: 'M12 11v5M12 8v.010M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z',
  myData: 'M12 4v9M8 10l4 4 4-4M5 19h14',
  people:
    'M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM3 20a6 6 0 0 1 12 0M15.500 4.500a3.500 3.500 0 0 1 0 6.500M17 14.500a6 6 0 0 1 4 5.500',
  pin: 'M9 4h6l-1 6 3 4H7l3-4zM12 14v6',
  play: 'M8 5l11 7-11 7z',
  remove: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  search: 'M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13zM20 20l-4.800-4.800',
  searchMessages:
    'M20 11V5H4v12h3v4l4-4M16 20a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM21 22l-2.500-2.500',
  send: 'M12 19V5M6 11l6-6 6 6',
  sent: 'M5 13l4 4 10-10',
  signOut: 'M14 4h4a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-4M10 16l-4-4 4-4M6 12h10',
  unread: 'M13 6H4v13h16v-8M4 7l8 6 3-2M18.500 8a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z',
  waiting: 'M12 7v5l3 2M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17z',
  warning: 'M12 8v5M12 16.500v.010M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z',
} as const;

export type IconName = keyof typeof paths;

type Props = { readonly name: IconName };

/** Decorative: used beside words or inside a labelled button, hidden from screen readers. */
export function Icon({ name }: Props) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
