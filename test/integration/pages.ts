import { until } from './collecting.js';
import type { CollectorProcess } from './collector-process.js';

/** What the collector's HTTP server answered. */
export interface Page {
  readonly status: number;
  readonly text: string;
}

/** The value of a series on a page of metrics. */
export function valueOf({ text }: Page, series: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

/** Series of a page of metrics, and what each has to be. */
export type Facts = Readonly<Record<string, (value: number) => boolean>>;

/** The series that are missing or have another value. */
export function unlike(found: Page, facts: Facts): string[] {
  return Object.entries(facts).flatMap(([series, isSo]) => {
    const value = valueOf(found, series);
    return value !== undefined && isSo(value) ? [] : [`${series} ${value ?? 'missing'}`];
  });
}

async function page(url: string): Promise<Page> {
  const reply = await fetch(url);
  return { status: reply.status, text: await reply.text() };
}

/** Asks again until the page is as wanted; a collector that ended by itself ends the wait. */
export async function pageWhere(
  collector: CollectorProcess,
  path: string,
  wanted: (page: Page) => boolean,
): Promise<Page> {
  let found: Page | undefined;
  await until(`a page ${path}`, collector, async () => {
    const [, url] = /"urls":\["([^"]+)"/.exec(collector.output()) ?? [];
    if (url === undefined) return false;
    found = await page(`${url}${path}`);
    return wanted(found);
  }).catch((error: unknown) => {
    process.stdout.write(`${path} was at last: ${found?.text ?? 'not there'}\n`);
    throw error;
  });
  if (found === undefined) throw new Error(`found no page ${path}`);
  return found;
}
