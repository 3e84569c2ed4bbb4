/** `<14>`: facility 1 (user) x 8 + severity 6 (informational), the priority of Devo's own senders. */
const PRIORITY = '<14>';

export interface FrameParts {
  /** Time of the pull, see `frameTime`. */
  readonly timeText: string;
  /** Name of the collector; no space in it. */
  readonly host: string;
  /** Devo tag, for example `edr.cortex_xdr.alerts`; neither space nor colon in it. */
  readonly tag: string;
  /** One JSON text without a raw line feed: no standard encoder writes one. */
  readonly json: string;
}

/** One event as Devo reads it from a connection, line feed included. */
export function frame({ timeText, host, tag, json }: FrameParts): string {
  return `${PRIORITY}${timeText} ${host} ${tag}: ${json}\n`;
}

/**
 * A time in epoch ms as a frame's header has it: ISO 8601 in UTC. Devo's senders use this form and one
 * with a space between date and time; the one without leaves no doubt where the host begins, for relays
 * and syslog servers alike. Devo stamps its own time on arrival.
 */
export function frameTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** What the header of a frame says and what follows it; `frame` wrote it, with or without its line feed. */
export interface ParsedFrame {
  readonly host: string;
  readonly tag: string;
  readonly message: string;
}

/** Takes a frame apart again; undefined where it is none. */
export function parseFrame(line: string): ParsedFrame | undefined {
  const hostAt = line.indexOf(' ') + 1;
  const tagAt = line.indexOf(' ', hostAt) + 1;
  const colon = line.indexOf(': ', tagAt);
  if (!line.startsWith(PRIORITY) || hostAt === 0 || tagAt === 0 || colon === -1) return undefined;
  return {
    host: line.slice(hostAt, tagAt - 1),
    tag: line.slice(tagAt, colon),
    message: line.slice(colon + 2),
  };
}
