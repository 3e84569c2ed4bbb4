import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTemporalBinary } from '../../src/worker/temporal-binary.js';
import { PROJECT_ROOT } from './temporal-server.js';

const MAIN = join(PROJECT_ROOT, 'dist', 'cli', 'main.js');
/** No command that ends by itself takes half as long. */
const RUN_MOST_MS = 60_000;

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
  if (!existsSync(MAIN)) throw new Error(`found no ${MAIN}, expected the build: npm run build`);
  const child = spawn(process.execPath, [MAIN, ...args], {
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
  return {
    pid: child.pid ?? 0,
    output: () => output,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    signal: (signal) => {
      child.kill(signal);
    },
    end: async (signal) => await end(child, signal),
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

/** Waits for something in what the process prints; fails with all of it when the process ends before. */
export async function untilPrinted(
  started: Pick<CliProcess, 'output' | 'hasEnded'>,
  wanted: RegExp,
): Promise<RegExpExecArray> {
  for (;;) {
    const match = wanted.exec(started.output());
    if (match !== null) return match;
    if (started.hasEnded()) throw new Error(`ended without ${wanted}: ${started.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
  return child.exitCode;
}
