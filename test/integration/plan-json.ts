/** What `apply --json` prints. */
export interface PlanJson {
  applied: boolean;
  steps: { action: string; workflowId: string; details: string[] }[];
}

const MARKS: Record<string, string> = { start: '+', change: '~', stop: '-' };

/** What a plan changes, as the table of it says. */
export function linesOf({ steps }: PlanJson): string[] {
  return steps
    .filter(({ action }) => action !== 'keep')
    .flatMap(({ action, workflowId, details }) => [
      `${MARKS[action]} ${workflowId}`,
      ...details.map((detail) => `    ${detail}`),
    ]);
}
