import type { AppPage } from './app-page.ts';

/** By the form that makes one; its conversation is open afterwards. */
export async function createGroup({ page }: AppPage, name: string, people: readonly string[]): Promise<void> {
  await page.getByRole('button', { name: 'New group' }).click();
  await page.getByRole('textbox', { name: 'Name of the group' }).fill(name);
  for (const person of people) await page.getByRole('checkbox', { name: person }).check();
  await page.getByRole('button', { name: /^Create/ }).click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
}
