import type { DestinationStream } from 'pino';
import pc from 'picocolors';
import type { Colors } from 'picocolors/types.js';

/** News to a log file, and noise to somebody who looks on; `debug` shows them too. */
const QUIET = new Set([
  'Health and metrics listen',
  'Embedded Temporal started',
  'Segment store open',
  'Setup done',
  'Applied',
  'Pull started',
  'Data up to date',
  'Pull cycle completed',
  'Pull cycle completed; it took longer than its period, so the next one follows at once',
  'Sender statistics',
  'Memory',
]);
/** As wide as the longest name of a stream. */
const STREAM_CHARACTERS = 17;

type Fields = Readonly<Record<string, unknown>>;

/** What a terminal shows of the log: a banner, a line per pull, and what an operator may have to act on. */
export function terminalLog(
  write: (text: string) => void,
  { debug, colors = pc }: { readonly debug: boolean; readonly colors?: Colors },
): DestinationStream {
  const paints = [colors.cyan, colors.green, colors.yellow, colors.magenta, colors.blue];
  const painted = new Map<string, (text: string) => string>();
  let health: unknown;

  /** Each stream keeps its colour. */
  function streamOf({ input, stream }: Fields): string {
    const name = String(stream);
    const id = `${String(input)} ${name}`;
    const paint = painted.get(id) ?? paints[painted.size % paints.length] ?? colors.cyan;
    painted.set(id, paint);
    return paint(name.padEnd(STREAM_CHARACTERS));
  }

  function bodyOf({ time, level, msg, ...fields }: Fields): string | undefined {
    const message = String(msg);
    if (msg === 'Health and metrics listen') health = fields.urls;
    if (level === 'info' && !debug && QUIET.has(message)) return undefined;
    if (msg === 'Collector running') return banner(fields, health, colors);
    if (msg === 'Pull statistics') return `${streamOf(fields)} ${pullText(fields, String(time))}`;
    const { input, stream, code, reason, ...rest } = fields;
    const where = stream === undefined ? '' : `${streamOf({ input, stream })} `;
    const what = [code, reason].filter((part) => typeof part === 'string').join(' ');
    const more = Object.entries(rest).filter(
      ([name, value]) => name !== 'inputId' && value !== undefined && value !== null,
    );
    const tail = more.map(([name, value]) => colors.dim(`${name}=${textOf(value)}`));
    return [`${where}${message}${what === '' ? '' : `: ${what}`}`, ...tail].join(' ');
  }

  return {
    write(line) {
      const entry = JSON.parse(line) as Fields;
      const { time, level } = entry;
      const body = bodyOf(entry);
      if (body === undefined) return;
      const clock = colors.dim(`${String(time).slice(11, 19)}Z`);
      write(`${[clock, ...levelOf(String(level), colors), body].join(' ')}\n`);
    },
  };
}

function banner(
  { address, namespace, ui, file, streams }: Fields,
  health: unknown,
  colors: Colors,
) {
  const rows = [
    ['config', file],
    ['Temporal', `${textOf(address)}, namespace ${textOf(namespace)}`],
    ['Temporal UI', ui],
    ['health', Array.isArray(health) ? health.join(', ') : undefined],
  ].filter(([, value]) => value !== undefined);
  return [
    `${colors.bold('collecting')} ${textOf(streams)} streams; Ctrl-C stops in order`,
    ...rows.map(([name, value]) => `  ${textOf(name).padEnd(11)}  ${colors.cyan(textOf(value))}`),
  ].join('\n');
}

function pullText(
  { events, requests, duplicatesLeftOut, elapsedSeconds, upTo }: Fields,
  now: string,
): string {
  const what = events === 0 ? 'nothing new' : `${Number(events).toLocaleString('en-US')} events`;
  const twice = duplicatesLeftOut === 0 ? '' : `, ${textOf(duplicatesLeftOut)} known`;
  const seconds = Number(elapsedSeconds).toFixed(1);
  const to = textOf(upTo);
  // The date where it is not today's.
  const clock = to.slice(to.slice(0, 10) === now.slice(0, 10) ? 11 : 0, 19);
  const asked = requests === 1 ? '1 request' : `${textOf(requests)} requests`;
  return `${what}${twice}, ${asked} in ${seconds} s, up to ${clock}Z`;
}

function levelOf(level: string, colors: Colors): string[] {
  if (level === 'info') return [];
  if (level === 'warn') return [colors.yellow('warning')];
  return [level === 'debug' ? colors.dim(level) : colors.red(level)];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
