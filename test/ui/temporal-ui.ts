import type { Client } from '@temporalio/client';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** Waits until the list of workflows has one: the server writes it there later than the workflow answers. */
export async function listed(client: Client, workflowId: string): Promise<void> {
  const count = async () => (await client.workflow.count(`WorkflowId = '${workflowId}'`)).count;
  await expect.poll(count, { message: `${workflowId} is listed`, timeout: 60_000 }).toBe(1);
}

/** Opens the list of workflows and follows the link of one, as an operator does; ends on its timeline. */
export async function openWorkflow(page: Page, uiUrl: string, workflowId: string): Promise<void> {
  await page.goto(uiUrl);
  await page.getByRole('link', { name: workflowId, exact: true }).click();
  await page.getByRole('heading', { name: workflowId }).waitFor();
}

/** Opens the page of one run: the list has several where a stream was ended and went on. */
export async function openRun(
  page: Page,
  uiUrl: string,
  run: { workflowId: string; runId: string },
): Promise<void> {
  const { workflowId, runId } = run;
  const path = `/namespaces/default/workflows/${encodeURIComponent(workflowId)}/${runId}`;
  await page.goto(`${uiUrl}${path}`);
  await page.getByRole('heading', { name: workflowId }).waitFor();
}

/** More Actions > Send a Signal: chooses the signal and types the payload; returns the dialog, not yet sent. */
export async function fillSignal(page: Page, signal: string, payload?: string): Promise<Locator> {
  await page.getByRole('button', { name: 'More Actions' }).click();
  await page.getByRole('menuitem', { name: 'Send a Signal' }).click();
  const dialog = page.getByRole('dialog').filter({ hasText: 'Send a Signal' });
  await dialog.getByTestId('signal-select-button').click();
  // Its name goes on with the description.
  await dialog.getByRole('option', { name: new RegExp(`^${signal} `) }).click();
  if (payload !== undefined) await typeJson(dialog, payload);
  return dialog;
}

/** Sends what the dialog holds; returns when it has closed. */
export async function submit(dialog: Locator): Promise<void> {
  await dialog.getByRole('button', { name: 'Submit' }).click();
  await dialog.waitFor({ state: 'hidden' });
}

/** Presses Request Cancellation, or More Actions > Terminate; returns the dialog that asks once more. */
export async function askToEnd(
  page: Page,
  how: 'Request Cancellation' | 'Terminate',
): Promise<Locator> {
  if (how === 'Request Cancellation') {
    await page.getByRole('button', { name: how }).click();
  } else {
    await page.getByRole('button', { name: 'More Actions' }).click();
    await page.getByRole('menuitem', { name: how }).click();
  }
  const dialog = page.getByRole('dialog').filter({ hasText: 'Are you sure' });
  await dialog.waitFor();
  return dialog;
}

/** Confirms what such a dialog asks; returns when it has closed. */
export async function confirm(dialog: Locator): Promise<void> {
  await dialog.getByTestId('confirm-modal-button').click();
  await dialog.waitFor({ state: 'hidden' });
}

/** Types into the editor "Data" key by key, so that its help with brackets and quotes is met, too. */
export async function typeJson(form: Page | Locator, json: string): Promise<void> {
  const editor = form.getByRole('textbox', { name: 'Data' });
  await editor.click();
  await editor.pressSequentially(json);
}

/** Tab User Metadata: where the workflow's current details are drawn, in a frame of its own. */
export async function openDetails(page: Page): Promise<FrameLocator> {
  await page.getByRole('tab', { name: 'User Metadata' }).click();
  return page.frameLocator('#user-metadata-current-details');
}

/** What the form Start Workflow asks for. */
export interface StartForm {
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly workflowType: string;
  /** The one argument, JSON. */
  readonly input: string;
}

/** Start Workflow, from the list of workflows: fills in the form; the button of that name then starts it. */
export async function fillStart(page: Page, form: StartForm): Promise<void> {
  await page.getByRole('link', { name: 'Start Workflow', exact: true }).click();
  for (const field of ['workflowId', 'taskQueue', 'workflowType'] as const) {
    await page.getByTestId(field).fill(form[field]);
  }
  await typeJson(page, form.input);
  // Left, the editor lays the JSON out and grows: a button clicked just then has moved away.
  await page.getByRole('textbox', { name: 'Data' }).blur();
}

/** Columns of the list of workflows, from the next page that is loaded on. */
export async function showColumns(page: Page, labels: readonly string[]): Promise<void> {
  const columns = JSON.stringify({ default: labels.map((label) => ({ label })) });
  // Where Temporal UI keeps what its button Configure Columns was told.
  const key = 'namespace-workflow-table-columns';
  await page.addInitScript({
    content: `localStorage.setItem('${key}', ${JSON.stringify(columns)})`,
  });
}
