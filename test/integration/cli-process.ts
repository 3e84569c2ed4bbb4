import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTemporalBinary } from '../../src/worker/temporal/temporal-binary.js';
import { eventually } from './eventually.js';
import { PROJECT_ROOT } from './temporal-server.js';

const MAIN = join(PROJECT_ROOT, 'dist', 'cli', 'main.js');
/** No command that ends by itself takes half as long. */
const RUN_MOST_MS = 60_000;
/** Longer than a machine that does other things keeps a worker from answering. */
const ANSWER_MOST_MS = 90_000;

/** What a command that has ended left behind. */
export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built `cortex-devo` as a process of its own. */
export interface CliProcess {
  readonly pid: number;
  /** Everything it printed so far, both streams as they came. */
  output(): string;
  hasEnded(): boolean;
  /** Sends a signal that does not end it. */
  signal(signal: NodeJS.Signals): void;
  /** Sends a signal, waits for the end and returns the exit code, null where the signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** Waits until it has ended by itself. */
  result(): Promise<CliResult>;
}

/** Starts a command; `npm run build` must have run. It sees `env` and nothing of this process but where programs are. */
export function startCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): CliProcess {
  return startProgram(process.execPath, [MAIN, ...args], env);
}

/** The same on a terminal of its own, which is closed when this process is killed. */
export function startOnTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): CliProcess {
  const line = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ');
  return startProgram('script', ['--quiet', '--command', `exec ${line}`, '/dev/null'], env);
}

function startProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): CliProcess {
  if (!existsSync(MAIN)) throw new Error(`found no ${MAIN}, expected the build: npm run build`);
  const child = spawn(program, args, {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TEMPORAL_CLI: findTemporalBinary(process.env, PROJECT_ROOT),
      // Whoever runs the tests may have a profile that names a cluster.
      TEMPORAL_CONFIG_FILE: join(tmpdir(), 'no-such-profile.toml'),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Not its exit: what it printed last may come after that.
  const closed = once(child, 'close');
  let stdout = '';
  let stderr = '';
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    output += chunk.toString();
  });
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid ?? 0,
    output: () => output,
    hasEnded,
    signal: (signal) => {
      child.kill(signal);
    },
    async end(signal) {
      if (!hasEnded()) child.kill(signal);
      await closed;
      return child.exitCode;
    },
    async result() {
      await closed;
      return { exitCode: child.exitCode, stdout, stderr };
    },
  };
}

/** Runs a command to its end; one that never ends is told to after a minute. */
export async function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  const started = startCli(args, env);
  const late = setTimeout(() => void started.end('SIGTERM'), RUN_MOST_MS);
  try {
    return await started.result();
  } finally {
    clearTimeout(late);
  }
}

/**
 * What a command with `--json` prints, asked again while a busy worker leaves something in it without an answer; raises
 * what it printed last where that goes on, or where it fails.
 */
export async function untilAnswered(args: readonly string[]): Promise<unknown> {
  const startMs = performance.now();
  for (;;) {
    const { exitCode, stdout, stderr } = await runCli([...args, '--json']);
    if (exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${exitCode}: ${stderr}`);
    if (!stdout.includes('"no answer"')) return JSON.parse(stdout);
    if (performance.now() - startMs > ANSWER_MOST_MS) throw new Error(stdout);
  }
}

/** Waits for something in what the process prints; fails with all of it when the process ends before. */
export async function untilPrinted(
  started: Pick<CliProcess, 'output' | 'hasEnded'>,
  wanted: RegExp,
): Promise<RegExpExecArray> {
  const found = await eventually(String(wanted), () => {
    // Before the look: what it printed last comes with its end.
    const ended = started.hasEnded();
    const match = wanted.exec(started.output());
    if (match === null && ended) throw new Error(`ended without ${wanted}: ${started.output()}`);
    return match;
  });
  if (found === null) throw new Error('expected a match');
  return found;
}
