import type { OutputConfig } from '../config/model.js';
import { createConsoleOutput } from './console-output.js';
import { createFileOutput } from './file-output.js';
import { createHttpOutput } from './http-output.js';
import type { Output } from './output.js';
import { createSocketOutput } from './socket-output.js';

/** How long a peer that has everything may take to close before the delivery counts as unconfirmed. */
const CLOSE_TIMEOUT_MS = 10_000;

export interface CreateOutputOptions {
  /** See `FarewellOptions`. @default 10 s */
  readonly closeTimeoutMs?: number;
}

/** The output that a part of the config describes. Opens nothing yet. */
export function createOutput(config: OutputConfig, options: CreateOutputOptions = {}): Output {
  const closeTimeoutMs = options.closeTimeoutMs ?? CLOSE_TIMEOUT_MS;
  switch (config.type) {
    case 'devo_platform':
    case 'relay':
    case 'syslog':
    case 'in_house_relay':
      return createSocketOutput(config, closeTimeoutMs);
    case 'http':
      return createHttpOutput(config);
    case 'console':
      return createConsoleOutput(config);
    case 'file':
      return createFileOutput(config);
  }
}
