import process from 'node:process';

/** What a failing seed has to tell, and how to see it again. */
export function printFailure({ seed, problems, steps, replays }) {
  const lines = [
    `seed ${seed} failed${replays === false ? ', and another time ends differently' : ''}:`,
    ...problems.slice(0, 5).map(({ property, text }) => `  not so: ${property}: ${text}`),
    '  last steps:',
    ...steps.map((step) => `    ${step}`),
    `  again: npm run simulate -- --seed ${seed} [--trace]`,
  ];
  print(lines.join('\n'));
}

/** What tells that a seed was replayed as it was. */
export function printReplay({ hash, figures }) {
  print(`steps ${figures?.steps}, hash ${hash}`);
}

export function printFigures(outcomes, seconds) {
  for (const { seed, known, problems } of outcomes) {
    if (known === undefined) continue;
    print(`seed ${seed}, known: ${known}${problems.length === 0 ? '; it holds now' : ''}`);
  }
  const sum = (figure) =>
    outcomes.reduce((total, { figures }) => total + (figures?.[figure] ?? 0), 0);
  const faults = {};
  for (const { figures } of outcomes) {
    for (const [kind, count] of Object.entries(figures?.faults ?? {})) {
      faults[kind] = (faults[kind] ?? 0) + count;
    }
  }
  const cpuSeconds = outcomes.reduce((total, { cpuMs = 0 }) => total + cpuMs, 0) / 1_000;
  print(
    [
      `${outcomes.length} seeds, ${outcomes.filter(({ failed }) => failed).length} failed`,
      `records ${sum('records')}, events received ${sum('events')}, requests ${sum('requests')}, workflow runs ${sum('runs')}`,
      `virtual time ${Math.round(sum('virtualMs') / 3_600_000)} h in ${seconds.toFixed(1)} s (${cpuSeconds.toFixed(1)} s of CPU)`,
      `faults: ${
        Object.entries(faults)
          .sort()
          .map(([kind, count]) => `${kind} ${count}`)
          .join(', ') || 'none'
      }`,
    ].join('\n'),
  );
}

function print(text) {
  process.stdout.write(`${text}\n`);
}
