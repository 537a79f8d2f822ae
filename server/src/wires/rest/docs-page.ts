/** The page: Swagger UI in a frame of ours. Every address is relative, so that it works below any path. */
export const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Whisper: the old REST interface</title>
    <link rel="stylesheet" href="docs/swagger-ui.css">
    <link rel="stylesheet" href="docs/page.css">
    <link rel="icon" href="docs/favicon-32x32.png">
  </head>
  <body>
    <header>
      <nav aria-label="Whisper">
        <a href="../">App</a>
        <a href="../panel">Panel</a>
        <a href="openapi.json">openapi.json</a>
      </nav>
    </header>
    <div id="docs"></div>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`;

/**
 * Starts Swagger UI, gives it the colour scheme of the reader's device, and mends what it gets wrong for those who
 * hear the page: links inside buttons, buttons without a name or with another than they show, a level
 * of headings that it leaves out, parts that are no landmark, and texts that scroll by mouse alone.
 */
export const script = `
const dark = matchMedia('(prefers-color-scheme: dark)');
const followScheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', followScheme);
followScheme();

const docs = document.getElementById('docs');
const mend = (selector, change) => docs.querySelectorAll(selector).forEach(change);
const set = (selector, attributes) =>
  mend(selector, (element) => {
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  });
const mendAll = () => {
  set('.information-container:not([role])', { role: 'region', 'aria-label': 'About' });
  set('.scheme-container:not([role])', { role: 'region', 'aria-label': 'Sign-in' });
  set('.dialog-ux:not([role])', { role: 'dialog', 'aria-modal': 'true', 'aria-label': 'Authorize' });
  set('.close-modal:not([aria-label])', { 'aria-label': 'Close' });
  set('pre.microlight:not([tabindex])', { tabindex: '0' });
  mend('.opblock-summary-control a[href]', (link) => link.removeAttribute('href'));
  mend('.modal-btn[aria-label]', (button) => button.removeAttribute('aria-label'));
  mend(':is(h3, h4, h5):not([aria-level])', (heading) =>
    heading.setAttribute('aria-level', String(Number(heading.localName.slice(1)) - 1)),
  );
};
new MutationObserver(mendAll).observe(docs, { childList: true, subtree: true });

SwaggerUIBundle({ url: 'openapi.json', domNode: docs, deepLinking: true });
`;

/** The frame, no choice among the one server there is, and darker colours where Swagger UI's light ones lack contrast; its dark ones do not. */
export const styles = `
body { margin: 0; }
header nav { display: flex; gap: 1.5rem; padding: 0.75rem 1.25rem; font: 1rem sans-serif; }
header nav a { color: #1f5fa8; }
#docs .schemes-server-container { display: none; }
.dark-mode header nav a { color: #8ab8f0; }
@media (prefers-reduced-motion: reduce) { #docs * { transition: none !important; } }
html:not(.dark-mode) .swagger-ui {
  & .info a, & .info .url { color: #1f5fa8; }
  & .info .title small { background: #5c6472; }
  & .info .title small.version-stamp { background: #4b6a00; }
  & .opblock-get .opblock-summary-method, & .btn.execute { background: #1f66b5; border-color: #1f66b5; }
  & .opblock-post .opblock-summary-method { background: #1b7a50; }
  & .btn.authorize, & .btn.authorize span { color: #1b7a50; border-color: #1b7a50; }
  & .download-contents { background: #4a5160; }
  & .btn.cancel { color: #b3261e; border-color: #b3261e; }
  & .response-control-media-type__accept-message { color: #1b7a50; }
  & [class*='json-schema-2020-12'] { color: #3b4151; }
  & .json-schema-2020-12-expand-deep-button { color: #505050; }
}
`;
