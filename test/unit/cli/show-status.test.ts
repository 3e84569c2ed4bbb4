import { expect, it } from 'vitest';
import { showStatus } from '../../../src/cli/status.js';
import { fakeIo } from './fake-io.js';
import { NOW_MS, report, streamError } from './stream-reports.js';

it('prints a table once', async () => {
  const io = fakeIo({ nowMs: NOW_MS });
  await showStatus(io, {}, () => Promise.resolve({ streams: [report()], backfills: [] }));
  expect(io.printed).toHaveLength(1);
  expect(io.printed[0]).toMatch(/incidents +waiting/);
});

it.each([
  ['an error of the API', report({ fetchError: streamError() })],
  ['an error of an output', report({ outputErrors: { devo: streamError() } })],
  [
    'one that never started',
    report(null, { problem: { code: 'STREAM_NOT_STARTED', message: 'm' } }),
  ],
])('--check raises after the table for %s', async (_what, stream) => {
  const io = fakeIo({ nowMs: NOW_MS });
  const read = () => Promise.resolve({ streams: [report(), stream], backfills: [] });
  await expect(showStatus(io, { check: true }, read)).rejects.toMatchObject({
    code: 'STATUS_TROUBLE',
    message: expect.stringMatching(/^1 in trouble: collect\//) as string,
  });
  expect(io.printed).toHaveLength(1);
});

it('--check is content with streams that pull, wait or rest', async () => {
  const streams = [report(), report({ state: 'pulling' }), report({ state: 'paused' })];
  const io = fakeIo({ nowMs: NOW_MS });
  await showStatus(io, { check: true }, () => Promise.resolve({ streams, backfills: [] }));
  expect(io.printed).toHaveLength(1);
});

it('prints JSON that a program can read', async () => {
  const io = fakeIo({ nowMs: NOW_MS });
  await showStatus(io, { json: true }, () =>
    Promise.resolve({ streams: [report()], backfills: [] }),
  );
  expect(JSON.parse(io.printed.join('\n'))).toMatchObject({ streams: [{ lagSeconds: 120 }] });
});

it('watches in place on a terminal until it is interrupted', async () => {
  const io = fakeIo({ terminal: true, nowMs: NOW_MS });
  await showStatus(io, { watch: true }, () => {
    io.interrupt();
    return Promise.resolve({ streams: [report()], backfills: [] });
  });
  expect(io.printed).toEqual([]);
  expect(io.shown).toEqual([expect.stringMatching(/incidents +waiting[^]*2026-03-01T12:00:00Z$/)]);
});

it('watches in lines where there is no terminal', async () => {
  const io = fakeIo({ nowMs: NOW_MS });
  await showStatus(io, { watch: true }, () => {
    io.interrupt();
    return Promise.resolve({ streams: [report(), report({ state: 'paused' })], backfills: [] });
  });
  expect(io.printed).toEqual([
    expect.stringMatching(/^2026-03-01T12:00:00Z cortex_xdr\/incidents waiting /),
    expect.stringMatching(/^2026-03-01T12:00:00Z cortex_xdr\/incidents paused /),
  ]);
});

it('watches as one JSON text a line with --json, on a terminal too', async () => {
  const io = fakeIo({ terminal: true, nowMs: NOW_MS });
  await showStatus(io, { watch: true, json: true }, () => {
    io.interrupt();
    return Promise.resolve({ streams: [report()], backfills: [] });
  });
  expect(io.shown).toEqual([]);
  expect(io.printed.map((line) => (JSON.parse(line) as { at: string }).at)).toEqual([
    '2026-03-01T12:00:00.000Z',
  ]);
});
