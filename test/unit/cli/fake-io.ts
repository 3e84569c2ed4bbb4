import pc from 'picocolors';
import type { Io } from '../../../src/cli/io.js';

/** An `Io` that records what is printed and answers questions from a list. */
export interface FakeIo extends Io {
  readonly printed: string[];
  readonly errors: string[];
  readonly questions: string[];
  /** What live areas showed, in order. */
  readonly shown: string[];
  interrupt(): void;
}

export function fakeIo(
  options: {
    readonly terminal?: boolean;
    readonly answers?: string[];
    readonly env?: NodeJS.ProcessEnv;
    readonly nowMs?: number;
  } = {},
): FakeIo {
  const terminal = options.terminal ?? false;
  const answers = [...(options.answers ?? [])];
  const interrupted = new AbortController();
  const printed: string[] = [];
  const errors: string[] = [];
  const questions: string[] = [];
  const shown: string[] = [];
  return {
    env: options.env ?? {},
    isTerminal: terminal,
    canAsk: terminal,
    colors: pc.createColors(false),
    columns: () => (terminal ? 80 : undefined),
    nowMs: () => options.nowMs ?? Date.parse('2026-03-01T12:00:00Z'),
    print: (text) => printed.push(text),
    printError: (text) => errors.push(text),
    ask: (question) => {
      questions.push(question);
      return Promise.resolve(answers.shift() ?? '');
    },
    live: () => Promise.resolve({ show: (text: string) => shown.push(text), end: () => undefined }),
    interruption: () => interrupted.signal,
    onHangup: () => undefined,
    printed,
    errors,
    questions,
    shown,
    interrupt: () => interrupted.abort(),
  };
}
