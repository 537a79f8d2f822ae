import { appUrl } from './api/app-url.ts';
import { hashOfPage, type Page } from './state/route.ts';

type Props = {
  readonly page: Page;
  readonly isSplit: boolean;
  readonly isListOpen: boolean;
  readonly onToggleSplit: () => void;
  readonly onToggleList: () => void;
};

const pages: readonly { readonly page: Page; readonly title: string }[] = [
  { page: 'procedures', title: 'Procedures' },
  { page: 'history', title: 'History' },
  { page: 'old-api', title: 'Old API' },
];

export function TopBar({ page, isSplit, isListOpen, onToggleSplit, onToggleList }: Props) {
  return (
    <header className="top-bar">
      <button
        type="button"
        className="list-button"
        aria-label="Procedures"
        aria-expanded={isListOpen}
        onClick={onToggleList}
      >
        ☰
      </button>
      <h1>
        Whisper <span>panel</span>
      </h1>
      <nav aria-label="Pages">
        {pages.map((each) => (
          <a
            key={each.page}
            href={hashOfPage(each.page)}
            data-page={each.page}
            aria-current={each.page === page ? 'page' : undefined}
          >
            {each.title}
          </a>
        ))}
      </nav>
      <nav aria-label="Elsewhere">
        <a href={appUrl.href}>App</a>
        <a href={new URL('api/docs', appUrl).href}>REST docs</a>
      </nav>
      {page === 'procedures' && (
        <button type="button" aria-pressed={isSplit} onClick={onToggleSplit}>
          Two people
        </button>
      )}
    </header>
  );
}
