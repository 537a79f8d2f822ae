import axe from 'axe-core';
import type { AppPage } from './app-page.ts';

/** What axe finds in an app whose CSP is bypassed: everything in light, and in dark what differs there: the colours. */
export async function findSerious({ page }: AppPage): Promise<unknown[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const inLight: axe.AxeResults = await page.evaluate('axe.run({ resultTypes: ["violations"] })');
  await page.emulateMedia({ colorScheme: 'dark' });
  const inDark: axe.AxeResults = await page.evaluate(
    'axe.run({ resultTypes: ["violations"], runOnly: ["color-contrast"] })',
  );
  await page.emulateMedia({ colorScheme: 'light' });
  return [...inLight.violations, ...inDark.violations]
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => ({
      id,
      where: nodes.map((node) => [node.target.join(' '), node.html, node.failureSummary]),
    }));
}
