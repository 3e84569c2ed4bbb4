import pc from 'picocolors';
import { expect, it } from 'vitest';
import { planJson, planLines } from '../../../src/cli/plan-lines.js';
import type { PlanStep } from '../../../src/worker/apply.js';

const STEPS: PlanStep[] = [
  {
    action: 'start',
    kind: 'stream',
    workflowId: 'collect/eu/1/incidents',
    details: [],
    stream: undefined,
  },
  {
    action: 'change',
    kind: 'stream',
    workflowId: 'collect/eu/1/alerts',
    details: ['request_period_in_seconds: 300 -> 60'],
    stream: undefined,
  },
  {
    action: 'stop',
    kind: 'stream',
    workflowId: 'collect/eu/1/all_alerts',
    details: [],
    stream: undefined,
  },
  {
    action: 'keep',
    kind: 'stream',
    workflowId: 'collect/us/1/alerts',
    details: [],
    stream: undefined,
  },
];

it('prints a plan with a mark per stream, its changes below, and a sentence at the end', () => {
  expect(planLines(STEPS, pc.createColors(false)).split('\n')).toEqual([
    '+ collect/eu/1/incidents',
    '~ collect/eu/1/alerts',
    '    request_period_in_seconds: 300 -> 60',
    '- collect/eu/1/all_alerts',
    '= collect/us/1/alerts',
    '1 to start, 1 to change, 1 to stop, 1 unchanged',
  ]);
});

it('shows a conflict and counts it', () => {
  const details = ['runs on the task queue a, the config has b'];
  const step = { kind: 'stream', workflowId: 'collect/eu/1/alerts', stream: undefined } as const;
  expect(
    planLines([{ ...step, action: 'conflict', details }], pc.createColors(false)).split('\n'),
  ).toEqual([
    '! collect/eu/1/alerts',
    '    runs on the task queue a, the config has b',
    '0 to start, 0 to change, 0 to stop, 0 unchanged, 1 in conflict',
  ]);
});

it('gives the plan as JSON without the inside of its steps', () => {
  expect(planJson(STEPS.slice(0, 1), false)).toEqual({
    applied: false,
    steps: [{ action: 'start', kind: 'stream', workflowId: 'collect/eu/1/incidents', details: [] }],
  });
});
