import { StrictMode } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { Screen, seen, type Shown } from './screen.tsx';

declare global {
  interface Window {
    /** What the server rendered. */
    readonly first: Shown;
    show(shown: Shown): void;
    rendersOf(part: string): number;
    meetings(): string[];
    clientsMade(): number;
  }
}

const element = (shown: Shown) => (
  <StrictMode>
    <Screen {...shown} />
  </StrictMode>
);
const container = document.querySelector('#root');
if (!container) throw new Error('The page has no root element');
const root = hydrateRoot(container, element(window.first));
window.show = (shown) => root.render(element(shown));
window.rendersOf = (part) => seen.renders.get(part) ?? 0;
window.meetings = () => [...seen.meetings];
window.clientsMade = () => seen.clients;
