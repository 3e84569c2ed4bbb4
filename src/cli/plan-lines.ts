import type { Colors } from 'picocolors/types.js';
import type { PlanStep } from '../worker/apply.js';

const MARKS = { start: '+', change: '~', stop: '-', keep: '=', leave: '?', conflict: '!' } as const;

/** The plan of `apply`, a line per stream and backfill (`+` start, `~` change, `-` stop, `=` keep, `?` another collector's, `!` conflict) with its changes below. */
export function planLines(steps: readonly PlanStep[], colors: Colors): string {
  const { green, yellow, red, dim } = colors;
  const paints = {
    start: green,
    change: yellow,
    stop: red,
    keep: dim,
    leave: yellow,
    conflict: red,
  };
  return [
    ...steps.flatMap(({ action, workflowId, details }) => [
      paints[action](`${MARKS[action]} ${workflowId}`),
      ...details.map((detail) => `    ${detail}`),
    ]),
    planSummary(steps),
  ].join('\n');
}

/** The plan in a sentence: `2 to start, 1 to change, 0 to stop, 3 unchanged`. */
export function planSummary(steps: readonly PlanStep[]): string {
  const number = (action: PlanStep['action']) =>
    steps.filter((step) => step.action === action).length;
  const left = number('leave') === 0 ? '' : `, ${number('leave')} of others left alone`;
  const conflicts = number('conflict') === 0 ? '' : `, ${number('conflict')} in conflict`;
  return `${number('start')} to start, ${number('change')} to change, ${number('stop')} to stop, ${number('keep')} unchanged${left}${conflicts}`;
}

/** What `apply --json` prints; fields are only ever added. */
export function planJson(steps: readonly PlanStep[], applied: boolean) {
  return {
    applied,
    steps: steps.map(({ action, kind, workflowId, details }) => ({
      action,
      kind,
      workflowId,
      details,
    })),
  };
}
