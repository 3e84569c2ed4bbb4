import type { Colors } from 'picocolors/types.js';
import { errorLines } from './report-error.js';

/** One thing that `validate` tries out. */
export interface Check {
  /** What is tried, for example `inputs.cortex_xdr credentials (acme.xdr.eu.paloaltonetworks.com)`. */
  readonly name: string;
  /** Resolves when all is well; raises otherwise. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  /** Absent where all is well. */
  readonly problem?: { readonly code: string; readonly message: string };
}

/** Longer than a healthy API or collector needs, short enough for somebody who waits at a terminal. */
const CHECK_MS = 30_000;

/**
 * Runs all checks at once and hands each result on in the order of the list, as soon as it and those before
 * it are there. A check without an answer within `timeoutMs` (default 30 s) fails with `VALIDATE_TIMEOUT`.
 */
export async function runChecks(
  checks: readonly Check[],
  onResult: (result: CheckResult) => void,
  timeoutMs = CHECK_MS,
): Promise<CheckResult[]> {
  const running = checks.map(async (check) => await runCheck(check, timeoutMs));
  const results: CheckResult[] = [];
  for (const pending of running) {
    const result = await pending;
    onResult(result);
    results.push(result);
  }
  return results;
}

/** `ok    <name>` or `fail  CODE <name>: <message>`. */
export function checkLine({ name, problem }: CheckResult, colors: Colors): string {
  if (problem === undefined) return `${colors.green('ok')}    ${name}`;
  return `${colors.red('fail')}  ${problem.code} ${name}: ${problem.message}`;
}

async function runCheck({ name, run }: Check, timeoutMs: number): Promise<CheckResult> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeoutMs);
  const late = new Promise<never>((_resolve, reject) => {
    deadline.signal.addEventListener('abort', () => reject(new Error('too late')), { once: true });
  });
  try {
    await Promise.race([run(deadline.signal), late]);
    return { name, ok: true };
  } catch (error) {
    return {
      name,
      ok: false,
      problem: deadline.signal.aborted ? tooLate(timeoutMs) : split(error),
    };
  } finally {
    clearTimeout(timer);
  }
}

function tooLate(timeoutMs: number): CheckResult['problem'] & object {
  const seconds = timeoutMs / 1_000;
  return { code: 'VALIDATE_TIMEOUT', message: `found no answer within ${seconds} s` };
}

function split(error: unknown): { code: string; message: string } {
  const line = errorLines(error)[0] ?? 'INTERNAL: no message';
  const end = line.indexOf(': ');
  return { code: line.slice(0, end), message: line.slice(end + 2) };
}
