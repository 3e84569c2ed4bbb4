import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';

/** Debian says `chromium`, others keep the browser's own name. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
/** A busy machine with two cores takes a few seconds to draw a page. */
const MOST_MS = 30_000;
/** Wide enough that no column of the lists is cut, as an operator's screen is. */
const VIEWPORT = { width: 1400, height: 1000 };

/** A browser with one page. */
export interface Browser {
  readonly page: Page;
  close(): Promise<void>;
}

/** Path of Chromium: `CHROMIUM`, else the first of its names on `PATH`; undefined where there is none. */
export function findChromium(env: NodeJS.ProcessEnv): string | undefined {
  if (env.CHROMIUM !== undefined && env.CHROMIUM !== '') return env.CHROMIUM;
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
}

/** Starts headless Chromium with an empty profile, with UTC as its time zone. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium(process.env);
  if (executablePath === undefined) {
    throw new Error('found no Chromium on PATH, expected one there or in CHROMIUM');
  }
  // Root cannot have the sandbox; all pages come from this machine.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath, args });
  const page = await browser.newPage({ viewport: VIEWPORT, timezoneId: 'UTC', locale: 'en-GB' });
  page.setDefaultTimeout(MOST_MS);
  return {
    page,
    close: async () => {
      await browser.close();
    },
  };
}
