import { ACTIVITY_ERRORS } from '../activities/errors.js';
import { CLI_ERRORS } from '../cli/errors.js';
import { CONFIG_ERRORS } from '../config/errors.js';
import { CORTEX_ERRORS } from '../cortex/errors.js';
import { DEVO_ERRORS } from '../devo/errors.js';
import { SEGMENT_ERRORS } from '../segments/errors.js';
import { WORKER_ERRORS } from '../worker/errors.js';
import { WORKFLOW_ERRORS } from '../workflows/errors.js';
import type { ErrorCatalogue } from './collector-error.js';

/** The catalogue of one folder, under the heading it has in `docs/troubleshooting.md`. */
export interface ErrorChapter {
  readonly heading: string;
  readonly entries: ErrorCatalogue;
}

/** Every error of this product, in the order in which an operator meets them. */
export const ALL_ERRORS: readonly ErrorChapter[] = [
  { heading: 'Configuration', entries: CONFIG_ERRORS },
  { heading: 'Commands', entries: CLI_ERRORS },
  { heading: 'Temporal and the process', entries: WORKER_ERRORS },
  { heading: 'Cortex XDR API', entries: CORTEX_ERRORS },
  { heading: 'Delivery', entries: DEVO_ERRORS },
  { heading: 'Segments on disk', entries: SEGMENT_ERRORS },
  { heading: 'Activities', entries: ACTIVITY_ERRORS },
  { heading: 'Workflows', entries: WORKFLOW_ERRORS },
];
