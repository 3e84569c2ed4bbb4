import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { demoLine, demoView } from '../../../src/cli/demo-view.js';
import type { DemoProgress } from '../../../src/cli/demo-view.js';
import { NOW_MS, report } from './stream-reports.js';

const STYLE = { colors: pc.createColors(false), columns: 100, nowMs: NOW_MS };

const PROGRESS: DemoProgress = {
  reports: [report({ state: 'pulling' })],
  reckoning: {
    produced: 3120,
    received: 3080,
    lost: 40,
    duplicated: 0,
    strangers: 0,
    malformed: 0,
    cut: 0,
    byTag: [],
  },
  uiUrl: 'http://127.0.0.1:8233',
  phase: 'running',
  leftMs: 41_200,
};

describe('the demo’s screen', () => {
  it('shows the streams, the sums so far, the address of Temporal UI and the time left', () => {
    const view = demoView(PROGRESS, STYLE);
    expect(view).toMatch(/incidents +pulling/);
    expect(view).toContain('produced 3,120   received 3,080   on the way 40   duplicated 0');
    expect(view).toContain('http://127.0.0.1:8233');
    expect(view).toContain('ends in 42 s');
  });

  it('fits a terminal of 80 columns', () => {
    const lines = demoView(PROGRESS, { ...STYLE, columns: 80 }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('says what it waits for once production has ended', () => {
    expect(demoView({ ...PROGRESS, phase: 'settling' }, STYLE)).toContain('waiting for');
  });

  it('runs until Ctrl-C where no time was given', () => {
    expect(demoView({ ...PROGRESS, leftMs: undefined }, STYLE)).toContain('Ctrl-C ends it');
  });
});

it('shows the same in a line of its own where there is no terminal', () => {
  expect(demoLine(PROGRESS)).toMatch(
    /^produced 3120, received 3080, on the way 40, duplicated 0 \| incidents pulling \d+$/,
  );
});
