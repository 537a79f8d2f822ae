import { fetchDevPeople } from '@whisper/client';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { appUrl } from './api/app-url.ts';
import { fetchDescription } from './api/description.ts';
import { App } from './app.tsx';
import './style/base.css';
import './style/frame.css';
import './style/form.css';
import './style/answer.css';

const element = document.getElementById('root');
if (!element) throw new Error('The page has no #root');
const root = createRoot(element);

try {
  const [procedures, offer] = await Promise.all([fetchDescription(), fetchDevPeople(appUrl.href)]);
  const people = offer.status === 'offered' ? offer.names : [];
  root.render(
    <StrictMode>
      <App procedures={procedures} people={people} />
    </StrictMode>,
  );
} catch (error) {
  root.render(<p className="failure">{error instanceof Error ? error.message : String(error)}</p>);
}
