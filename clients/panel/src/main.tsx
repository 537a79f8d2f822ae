import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { fetchDescription } from './api/description.ts';
import { fetchDemoPeople } from './api/token-source.ts';
import { App } from './app.tsx';
import './style/base.css';
import './style/frame.css';
import './style/form.css';
import './style/answer.css';

const element = document.getElementById('root');
if (!element) throw new Error('The page has no #root');
const root = createRoot(element);

try {
  const [procedures, people] = await Promise.all([fetchDescription(), fetchDemoPeople()]);
  root.render(
    <StrictMode>
      <App procedures={procedures} people={people} />
    </StrictMode>,
  );
} catch (error) {
  root.render(<p className="failure">{error instanceof Error ? error.message : String(error)}</p>);
}
