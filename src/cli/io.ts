import type { Colors } from 'picocolors/types.js';

/** A part of the screen that is drawn again in place. */
export interface LiveArea {
  /** Replaces what the area shows. */
  show(text: string): void;
  /** Leaves the last text standing and gives the cursor back. */
  end(): void;
}

/** What a command sees of the world around it; tests give their own. */
export interface Io {
  readonly env: NodeJS.ProcessEnv;
  /** Whether stdout is a terminal: tables are then drawn in place, else lines follow one another. */
  readonly isTerminal: boolean;
  /** Whether somebody can answer a question. */
  readonly canAsk: boolean;
  /** Does nothing to the text where colours are off (`NO_COLOR`, `--no-color`, no terminal). */
  readonly colors: Colors;
  /** Width of the terminal in characters; undefined where stdout is none. */
  columns(): number | undefined;
  /** Epoch ms. */
  nowMs(): number;
  /** One or more lines to stdout. */
  print(text: string): void;
  /** One or more lines to stderr. */
  printError(text: string): void;
  /** The answer, trimmed; empty when the question was left with Ctrl-C or Ctrl-D. */
  ask(question: string): Promise<string>;
  live(): Promise<LiveArea>;
  /** Aborts at the first SIGINT, SIGTERM or closing of the terminal from now on; the second one ends the process at once. */
  interruption(): AbortSignal;
  /** Calls `listen` at each SIGHUP where no terminal is attached: closing one sends it too. */
  onHangup(listen: () => void): void;
}
