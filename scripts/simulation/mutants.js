/**
 * What was mended once with the mend taken out, and changes that no other test noticed: the simulation has to find
 * each. `edits`: file, what stands there, what is put in its place.
 */
const W = 'src/workflows/';
const A = 'src/activities/';
const S = 'src/segments/';

export const MUTANTS = [
  {
    name: 'a cancelled stream is dead (W1)',
    edits: [
      [
        `${W}collect-service.ts`,
        'await CancellationScope.nonCancellable(async () => {',
        'await (async (f: () => Promise<void>) => { await f(); })(async () => {',
      ],
    ],
  },
  {
    name: 'a stream that comes back while it stops fails (W2)',
    edits: [
      [
        `${W}collect-service.ts`,
        'if (!(control.leaving && isCancellation(error))) throw error;',
        'if (!(control.stop && isCancellation(error))) throw error;',
      ],
    ],
  },
  {
    name: 'a stream that was terminated starts anew (W3)',
    edits: [['src/worker/last-state.ts', 'of readings)', 'of readings.slice(0, 1))']],
  },
  {
    name: 'a paused stream never continues as new (W4)',
    edits: [
      [
        `${W}collect-service.ts`,
        'while (state.paused && !over()) {',
        'while (state.paused && !control.leaving) {',
      ],
      [
        `${W}collect-service.ts`,
        'await condition(() => !state.paused || over() || control.wakes !== wakes);',
        'await condition(() => !state.paused || control.leaving || control.wakes !== wakes);',
      ],
    ],
  },
  {
    name: 'a late record in a lost segment counts as sent to all (W5)',
    edits: [
      [`${W}refetch.ts`, 'import { withoutKeys }', 'import { mergeKeys, withoutKeys }'],
      [
        `${W}refetch.ts`,
        'if (receipt.segment !== null) {',
        `const live = state as unknown as { checkpoint: { recentKeys: readonly KeySlice[] } };
    if (live.checkpoint !== undefined) {
      const recentKeys = mergeKeys(live.checkpoint.recentKeys, receipt.newKeys);
      live.checkpoint = { ...live.checkpoint, recentKeys };
    }
    if (receipt.segment !== null) {`,
      ],
    ],
  },
  {
    name: 'a lost segment that is fetched again drops a window (W6)',
    edits: [
      [
        `${W}pull-cycle.ts`,
        'const current = () => state.cycle === cycle;',
        'const current = () => state.checkpoint === checkpoint;',
      ],
      [
        `${W}refetch.ts`,
        'if (receipt.segment !== null) {',
        `const live = state as unknown as { checkpoint?: object };
    if (live.checkpoint !== undefined) live.checkpoint = { ...live.checkpoint };
    if (receipt.segment !== null) {`,
      ],
    ],
  },
  {
    name: 'an output that left keeps its error (W7)',
    edits: [
      [`${W}deliveries.ts`, 'if (!isConfigured(output)) return;', ''],
      [`${W}deliveries.ts`, ' || !isConfigured(output);', ';'],
    ],
  },
  {
    name: 'a pause before a backfill has begun is dropped (W11)',
    edits: [[`${W}backfill.ts`, '    work.paused = control.paused;\n', '']],
  },
  {
    name: 'a pause begins a pull (W12)',
    edits: [
      [`${W}collect-service.ts`, 'if (over() || state.paused) continue;', 'if (over()) continue;'],
    ],
  },
  {
    name: "one output's confirmation counts for all",
    edits: [
      [
        `${W}deliveries.ts`,
        'item.outputs = item.outputs.filter((each) => each !== output);',
        'item.outputs = [];',
      ],
    ],
  },
  {
    name: 'an old pull goes on after a reset',
    edits: [[`${W}pull-cycle.ts`, 'if (current()) {', 'if (state.cycle !== undefined) {']],
  },
  {
    name: 'a segment fetched again leaves out its own records',
    edits: [[`${W}refetch.ts`, 'withoutKeys(knownKeys(), item.newKeys)', 'knownKeys()']],
  },
  {
    name: 'a lane counts what other lanes have yet to deliver, or not its own',
    edits: [[`${W}work-state.ts`, 'item.lane === lane', 'item.lane > lane']],
  },
  {
    name: 'an output that was unlucky is cancelled in every drain',
    edits: [[`${W}deliveries.ts`, 'isConfigured(output) && isWell(output)', 'false']],
  },
  {
    name: 'a confirmation on disk is not looked at',
    edits: [
      [
        `${A}deliver-segment.ts`,
        'if (await deps.segments.isConfirmed(segment, name)) {',
        'if (name === undefined) {',
      ],
    ],
  },
  {
    name: 'a confirmation is not kept on disk',
    edits: [
      [
        `${A}deliver-segment.ts`,
        '      await deps.segments.confirm(segment, name, outputs);\n      deps.observer',
        '      deps.observer',
      ],
    ],
  },
  {
    name: 'a confirmation of other bytes counts',
    edits: [
      [
        `${S}confirmations.ts`,
        '(await readMarker(path)) === markerText(ref);',
        '(await readMarker(path)) !== undefined;',
      ],
      [
        `${S}confirmations.ts`,
        'if ((await readMarker(path)) !== markerText(ref)) await',
        'if (path === ref.name) await',
      ],
    ],
  },
  {
    name: 'a confirmation is not synced to its folder',
    edits: [[`${S}durable-file.ts`, '  await syncFolder(dirname(path));\n}', '}']],
  },
  {
    name: 'no heartbeats',
    edits: [[`${A}guarded.ts`, 'const HEARTBEAT_MS = 5_000;', 'const HEARTBEAT_MS = 5_000_000;']],
  },
  {
    name: 'records that came before are not known',
    edits: [[`${A}sifter.ts`, 'if (known.has(key)) {', 'if (known.has(`${key} `)) {']],
  },
  {
    name: 'rows of two pages are not told apart',
    edits: [[`${A}sifter.ts`, 'if (met.has(key)) continue;', '']],
  },
  {
    name: 'a window that is read again keeps what it had',
    edits: [[`${A}window-sink.ts`, '      await writer.restart();\n', '']],
  },
];

/** Puts a mutant's edits into the bundle; raises an error where its text is not there any more. */
export function mutate({ name, edits }, root) {
  const left = new Set(edits);
  return {
    name: 'mutant',
    transform(code, id) {
      let text = code;
      for (const edit of edits) {
        const [file, from, to] = edit;
        if (id !== `${root}/${file}`) continue;
        if (!text.includes(from))
          throw new Error(`${name}: ${file} has no ${JSON.stringify(from)}`);
        text = text.replace(from, () => to);
        left.delete(edit);
      }
      return text === code ? null : { code: text };
    },
    buildEnd() {
      for (const [file] of left) throw new Error(`${name}: ${file} is not part of the simulation`);
    },
  };
}
