import { addProblem } from './findings.js';
import { REQUESTS_LIMIT } from './input-levels.js';
import type { RequestLimit } from './model.js';
import { describeFound, isAbsent } from './printable.js';
import { readLevel } from './read-level.js';
import type { LevelContext } from './read-level.js';

/** `number_of_requests` that stands for no limit. */
const UNLIMITED = -1;

/** Reads `requests_limits` of an input or a service: `[{period: 1m, number_of_requests: 100}]`. */
export function readRequestsLimits(raw: unknown, context: LevelContext): RequestLimit[] {
  if (isAbsent(raw)) return [];
  if (!Array.isArray(raw)) {
    addProblem(context.findings, 'CONFIG_VALUE_INVALID', context.path, {
      found: describeFound(raw),
      expected: 'a list of limits, each with period and number_of_requests',
    });
    return [];
  }
  const items: readonly unknown[] = raw;
  return items.flatMap((item, index) => {
    const path = `${context.path}[${index}]`;
    const { values, valid } = readLevel(REQUESTS_LIMIT, item, { ...context, path });
    if (!valid || values.number_of_requests === UNLIMITED) return [];
    if (values.number_of_requests === 0) {
      addProblem(context.findings, 'CONFIG_VALUE_INVALID', `${path}.number_of_requests`, {
        found: '0',
        expected: 'a whole number from 1 to 9999999, or -1 for no limit',
      });
      return [];
    }
    return [{ requests: values.number_of_requests, periodMs: values.period * 1000 }];
  });
}
