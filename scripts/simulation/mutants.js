/**
 * What was mended once with the mend taken out, and changes that no other test noticed: the simulation has to find
 * each. `edits`: file, what stands there, what is put in its place.
 */
const W = 'src/workflows/';
const A = 'src/activities/';
const S = 'src/segments/';

export const MUTANTS = [
  {
    name: 'a cancelled stream is dead',
    edits: [
      [
        `${W}collect-service.ts`,
        'await CancellationScope.nonCancellable(async () => {',
        'await (async (f: () => Promise<void>) => { await f(); })(async () => {',
      ],
    ],
  },
  {
    name: 'a paused stream never continues as new',
    faults: ['paused', 'receiver down'],
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
    name: 'a late record in a lost segment counts as sent to all',
    faults: ['segments deleted', 'receiver down', 'host lost with its disk'],
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
    name: 'a lost segment that is fetched again drops a window',
    faults: ['segments deleted', 'receiver down', 'API slow'],
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
    name: 'an output that left keeps its error',
    faults: ['receiver refuses the certificate', 'receiver down', 'output leaves the config'],
    edits: [
      [`${W}deliveries.ts`, 'if (!isConfigured(output)) return;', ''],
      [`${W}deliveries.ts`, ' || !isConfigured(output);', ';'],
    ],
  },
  {
    name: 'a pause before a backfill has begun is dropped',
    faults: ['backfill paused', 'API slow', 'all hosts killed'],
    edits: [[`${W}backfill.ts`, '    work.paused = control.paused;\n', '']],
  },
  {
    name: 'a pause begins a pull',
    faults: ['paused'],
    edits: [
      [`${W}collect-service.ts`, 'if (over() || state.paused) continue;', 'if (over()) continue;'],
    ],
  },
  {
    name: "one output's confirmation counts for all",
    faults: ['receiver down', 'process killed', 'host lost with its disk'],
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
    faults: ['reset', 'API slow'],
    edits: [[`${W}pull-cycle.ts`, 'if (current()) {', 'if (state.cycle !== undefined) {']],
  },
  {
    name: 'a segment fetched again leaves out its own records',
    faults: ['segments deleted', 'receiver down', 'host lost with its disk'],
    edits: [[`${W}refetch.ts`, 'withoutKeys(knownKeys(), item.newKeys)', 'knownKeys()']],
  },
  {
    name: 'a lane counts what other lanes have yet to deliver, or not its own',
    faults: ['receiver down', 'receiver slow'],
    edits: [[`${W}work-state.ts`, 'item.lane === lane', 'item.lane > lane']],
  },
  {
    name: 'a confirmation on disk is not looked at',
    faults: ['reports to the server lost'],
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
    faults: ['process killed'],
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
    faults: ['host lost with its disk', 'segments deleted', 'reports to the server lost'],
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
    faults: ['power cut', 'reports to the server lost'],
    edits: [[`${S}durable-file.ts`, '  await syncFolder(dirname(path));\n}', '}']],
  },
  {
    name: 'no heartbeats',
    faults: ['receiver slow', 'API slow'],
    edits: [[`${A}guarded.ts`, 'const HEARTBEAT_MS = 5_000;', 'const HEARTBEAT_MS = 5_000_000;']],
  },
  {
    name: 'records that came before are not known',
    faults: ['process killed'],
    edits: [[`${A}sifter.ts`, 'if (known.has(key)) {', 'if (known.has(`${key} `)) {']],
  },
  {
    name: 'rows of two pages are not told apart',
    faults: ['incidents move while they are read'],
    edits: [[`${A}sifter.ts`, 'if (met.has(key)) continue;', '']],
  },
  {
    name: 'a window that is read again keeps what it had',
    faults: ['ties in changing order'],
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
