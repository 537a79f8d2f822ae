import { StrictMode } from 'react';
import { renderToString } from 'react-dom/server';
import { Screen, type Shown } from './screen.tsx';

export function renderScreen(shown: Shown): string {
  return renderToString(
    <StrictMode>
      <Screen {...shown} />
    </StrictMode>,
  );
}
