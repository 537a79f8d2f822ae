import { Icon } from '../ui/icon.tsx';
import { useSearching } from './searching.ts';

/** After a search has led to a message: the way back to where one was, and to the other results. */
export function WayBack() {
  const { origin, isOpen, open, goBack, stay } = useSearching();
  if (!origin || isOpen) return null;
  return (
    <div className="way-back" role="region" aria-label="From the search">
      <button type="button" className="text-button" onClick={goBack}>
        Back to where I was
      </button>
      <button type="button" className="text-button" onClick={() => open()}>
        Results
      </button>
      <button type="button" className="icon-button" aria-label="Stay here" title="Stay here" onClick={stay}>
        <Icon name="close" />
      </button>
    </div>
  );
}
