import { useId, useState, type KeyboardEvent, type ReactNode } from 'react';

type Tab = { readonly name: string; readonly content: () => ReactNode };

type Props = { readonly label: string; readonly tabs: readonly Tab[]; readonly aside?: ReactNode };

/** One of several views; the arrow keys change it. */
export function Tabs({ label, tabs, aside }: Props) {
  const id = useId();
  const [chosen, setChosen] = useState(0);
  const index = Math.min(chosen, tabs.length - 1);
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = (index + step + tabs.length) % tabs.length;
    setChosen(next);
    document.getElementById(`${id}-${next}`)?.focus();
  };
  return (
    <div className="tabs">
      <div className="tab-row">
        <div role="tablist" aria-label={label} onKeyDown={move}>
          {tabs.map((tab, each) => (
            <button
              key={tab.name}
              id={`${id}-${each}`}
              type="button"
              role="tab"
              aria-selected={each === index}
              aria-controls={`${id}-panel`}
              tabIndex={each === index ? 0 : -1}
              onClick={() => setChosen(each)}
            >
              {tab.name}
            </button>
          ))}
        </div>
        {aside}
      </div>
      <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${index}`}>
        {tabs[index]?.content()}
      </div>
    </div>
  );
}
