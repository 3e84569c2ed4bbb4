import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Authority, CertificateFiles } from '../unit/devo/certificates.js';
import { createAuthority, writeCertificates } from '../unit/devo/certificates.js';
import type { Peer } from './child.js';
import { startPeer } from './child.js';
import { PROGRAMS } from './programs.js';
import type { Program, Protocol } from './programs.js';
import type { Arrivals, Trial } from './trial.js';
import {
  arrivedOf,
  nothingBehind,
  startBackend,
  startDelay,
  startHanging,
  tryOut,
  writtenTo,
} from './trial.js';

/** All states with and without a delay, and more segments of each size, with a table of counts. */
const IS_FULL = process.env.PEERS === 'full';
const COUNT = IS_FULL ? 20 : 2;
const SIZES = [1_000, 12_000, 60_000];
const DELAY_MS = 40;

/** What is behind a front, or of a receiver itself, and what a client may then believe. */
const STATES = {
  alive: 'confirms what arrived',
  down: 'confirms nothing',
  'down, with health checks': 'confirms nothing',
  // A close that comes when the front gives up looks like the answer to the goodbye; docs/architecture.md says so.
  hanging: 'may confirm what it only held',
  'refusing the client': 'confirms nothing',
  'refusing the client after one good delivery': 'confirms nothing',
} as const;
type State = keyof typeof STATES;

function statesOf(program: Program, protocol: Protocol): State[] {
  const isTls = protocol !== 'plain TCP';
  return (Object.keys(STATES) as State[]).filter((state) => {
    if (state.startsWith('refusing')) return isTls;
    if (state === 'down, with health checks') return program.name === 'haproxy';
    return state === 'alive' || program.isFront;
  });
}

/** A refusal that comes late is what a delay is for. */
function delaysFor(state: State): readonly number[] {
  if (IS_FULL) return [0, DELAY_MS];
  return [state === 'refusing the client after one good delivery' ? DELAY_MS : 0];
}

let authority: Authority;
let stranger: Authority;
let files: CertificateFiles;
const folder = mkdtempSync(join(tmpdir(), 'peers-'));
beforeAll(async () => {
  authority = await createAuthority();
  stranger = await createAuthority('stranger');
  files = await writeCertificates(authority.cert, await authority.issue({ name: 'client' }));
});
afterAll(async () => {
  await files.remove();
  rmSync(folder, { recursive: true });
});

let made = 0;
async function behind(program: Program, state: State, written: string): Promise<Arrivals> {
  if (!program.isFront) return writtenTo(written);
  if (state.startsWith('down')) return nothingBehind();
  return state === 'hanging' ? await startHanging() : await startBackend();
}

/** Sends segments of every size through one peer in this state. */
async function trials(
  program: Program,
  protocol: Protocol,
  state: State,
  delayMs: number,
): Promise<Trial[]> {
  const written = join(folder, String((made += 1)));
  const arrivals = await behind(program, state, written);
  const client = protocol === 'plain TCP' ? undefined : files;
  const start = async (clientChain: string, port?: number): Promise<Peer> =>
    await startPeer(
      program.configured({
        protocol,
        identity: await authority.issue(),
        clientChain,
        backendPort: arrivals.port,
        healthChecks: state === 'down, with health checks',
        written,
      }),
      port,
    );
  const isRefused = state.startsWith('refusing');
  const isLate = state === 'refusing the client after one good delivery';
  let peer = await start(isRefused && !isLate ? stranger.cert : authority.cert);
  const way = await startDelay(peer.port, delayMs);
  try {
    if (isLate) {
      await tryOut(way.port, client, { bytes: 500, count: 1 });
      await peer.stop();
      peer = await start(stranger.cert, peer.port);
    }
    const { port } = delayMs === 0 ? peer : way;
    // On a busy machine a program that reads everything may be slow to close.
    const closeTimeoutMs = state === 'alive' ? 120_000 : undefined;
    const sent = await Promise.all(
      SIZES.map(
        async (bytes) => await tryOut(port, client, { bytes, count: COUNT, closeTimeoutMs }),
      ),
    );
    // A receiver that closes in order may write a moment later what it has read.
    const lines = await settled(arrivals, sent);
    return sent.map((each) => ({ ...each, arrived: arrivedOf(lines, each.bytes) }));
  } finally {
    await peer.stop();
    await way.close();
    await arrivals.close();
  }
}

async function settled(
  arrivals: Arrivals,
  sent: readonly { bytes: number; confirmed: number }[],
): Promise<string> {
  for (let look = 0; look < 100; look += 1) {
    const lines = arrivals.lines();
    if (sent.every(({ bytes, confirmed }) => arrivedOf(lines, bytes) >= confirmed)) return lines;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return arrivals.lines();
}

function print(row: readonly (string | number)[], trial: Trial): void {
  if (!IS_FULL) return;
  const falsely = Math.max(0, trial.confirmed - trial.arrived);
  const counts = [trial.confirmed, trial.unconfirmed, trial.arrived, falsely];
  const cells = [...row, trial.bytes, ...counts, JSON.stringify(trial.outcomes)];
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}

if (IS_FULL) {
  process.stdout.write(
    '| peer | protocol | state | delay ms | bytes | confirmed | unconfirmed | arrived | falsely confirmed | outcomes |\n',
  );
}

for (const program of PROGRAMS) {
  const { name, missing, protocols } = program;
  if (missing !== undefined) process.stdout.write(`SKIPPED delivery through ${name}: ${missing}\n`);
  const cases = protocols.flatMap((protocol) =>
    statesOf(program, protocol).flatMap((state) =>
      delaysFor(state).map((delayMs) => ({ protocol, state, delayMs, may: STATES[state] })),
    ),
  );
  describe.skipIf(missing !== undefined).concurrent(name, () => {
    it.for(cases)(
      'over $protocol, $state, $delayMs ms away, $may',
      async ({ protocol, state, delayMs }, { expect }) => {
        const found = await trials(program, protocol, state, delayMs);
        for (const trial of found) print([name, protocol, state, delayMs], trial);
        const wanted = state === 'alive' ? COUNT : 0;
        for (const { confirmed, arrived, outcomes } of found) {
          expect(arrived, JSON.stringify(outcomes)).toBe(wanted);
          if (state !== 'hanging') expect(confirmed, JSON.stringify(outcomes)).toBe(wanted);
        }
      },
    );
  });
}
