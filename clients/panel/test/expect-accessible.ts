import axe from 'axe-core';
import { expect } from 'vitest';
import type { PanelPage } from './panel-page.ts';

/** axe finds nothing on these pages of a panel that shows `message.send` beside `message.onEvent`: in light, and in dark what differs there. */
export async function expectAccessible(panel: PanelPage, hashes: readonly string[]): Promise<void> {
  const { page } = panel;
  const [alice, bob] = [panel.seat('alice'), panel.seat('bob')];
  await alice.waitForPicks('chatId');
  await alice.root.getByLabel('text', { exact: true }).fill('');
  await alice.send();
  await bob.root.getByRole('button', { name: 'Start' }).click();
  await bob.stream('message.onEvent').getByText('live · 1 event').waitFor();
  await page.getByText('Types', { exact: true }).first().click();
  await page.evaluate(axe.source);

  for (const hash of hashes) {
    await panel.show(hash);
    await page.getByRole('heading', { level: 2 }).first().waitFor();
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await findViolations(panel, {}), hash).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await findViolations(panel, { runOnly: 'color-contrast' }), hash).toEqual([]);
  }
}

/** The rule, and the elements that break it. */
async function findViolations({ page }: PanelPage, options: axe.RunOptions): Promise<string[][]> {
  const results: axe.AxeResults = await page.evaluate((run) => Reflect.get(window, 'axe').run(run), options);
  return results.violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]);
}
