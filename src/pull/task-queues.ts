import type { StreamIdentity } from './settings.js';

/** Task queue of the calls for incidents' alerts: one per input, for each has a quota of its own. */
export function extraDataQueue(
  prefix: string,
  { input, inputId }: Pick<StreamIdentity, 'input' | 'inputId'>,
): string {
  return `${prefix}/${input}/${inputId}/incident-extra-data`;
}
