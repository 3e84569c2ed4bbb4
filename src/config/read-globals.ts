import { addProblem, addWarning } from './findings.js';
import { GLOBALS, HTTP_LISTENER, TEMPORAL } from './globals-levels.js';
import type { CollectorConfig } from './model.js';
import { describeFound, isAbsent, isMapping } from './printable.js';
import { join, readLevel } from './read-level.js';
import type { LevelContext } from './read-level.js';

/** One listener for health and metrics, or two. */
const MOST_LISTENERS = 2;

type Globals = Pick<
  CollectorConfig,
  'debug' | 'id' | 'name' | 'temporal' | 'http' | 'senderStatsPeriodMs'
>;

/** Reads `globals`, or `global_overrides` of a Collector Server's file, from the whole file. */
export function readGlobals(
  file: Readonly<Record<string, unknown>>,
  context: Omit<LevelContext, 'path'>,
): Globals {
  const path =
    isAbsent(file.globals) && 'global_overrides' in file ? 'global_overrides' : 'globals';
  if (path === 'globals' && !isAbsent(file.global_overrides)) {
    addWarning(
      context.findings,
      'CONFIG_KEY_MISPLACED',
      'global_overrides',
      'found a key that has no effect beside globals; keep one of the two',
    );
  }
  const raw = file[path];
  const { values } = readLevel(GLOBALS, raw, { ...context, path });
  const nested = isMapping(raw) ? raw : {};
  const temporal = readLevel(TEMPORAL, nested.temporal, {
    ...context,
    path: join(path, 'temporal'),
  }).values;
  return {
    debug: values.debug,
    id: values.id,
    name: values.name,
    senderStatsPeriodMs: values.sender_stats_period_in_sec * 1000,
    temporal: {
      address: temporal.address,
      namespace: temporal.namespace,
      taskQueuePrefix: temporal.task_queue_prefix,
      uiPort: temporal.ui_port,
      hostGoneAfterMs: temporal.host_gone_after_in_seconds * 1000,
    },
    http: readListeners(nested.http, { ...context, path: join(path, 'http') }),
  };
}

function readListeners(raw: unknown, context: LevelContext): CollectorConfig['http'] {
  if (!Array.isArray(raw)) return [readLevel(HTTP_LISTENER, raw, context).values];
  const items: readonly unknown[] = raw;
  if (items.length === 0 || items.length > MOST_LISTENERS) {
    addProblem(context.findings, 'CONFIG_VALUE_INVALID', context.path, {
      found: `${describeFound(items)} of ${items.length}`,
      expected: 'one mapping with host and port, or a list of one or two',
    });
  }
  const listeners = items.slice(0, MOST_LISTENERS).map(
    (item, index) =>
      readLevel(HTTP_LISTENER, item, {
        ...context,
        path: `${context.path}[${index}]`,
        // Two listeners cannot take the same address from the environment.
        env: index === 0 ? context.env : {},
      }).values,
  );
  const [first, second] = listeners;
  const isSame = first?.host === second?.host && first?.port === second?.port;
  if (second !== undefined && isSame && second.port !== 0 && items.length === MOST_LISTENERS) {
    addProblem(context.findings, 'CONFIG_VALUE_INVALID', `${context.path}[1].port`, {
      found: `${second.host}:${second.port} for the second time`,
      expected: 'another port or address',
    });
  }
  return listeners;
}
