/** The beginning of a page for people, in place of JSON. */
const HTML = /^\s*<(?:!doctype\s+html|html|head|body|\?xml)/i;
const TITLE = /<title[^>]*>([^<]{1,200})/i;
/** A title stands at the beginning of a page. */
const HEAD_CHARACTERS = 20_000;

/** What an HTML page calls itself, empty where it has no title; undefined: no such page. */
export function pageTitle(text: string): string | undefined {
  if (!HTML.test(text.slice(0, 200))) return undefined;
  const title = TITLE.exec(text.slice(0, HEAD_CHARACTERS))?.[1] ?? '';
  return title.replace(/[\p{Cc}\s]+/gu, ' ').trim();
}

/** Where a redirect leads, without what its query may tell; undefined where it does not say. */
export function redirectTarget(location: unknown, requestedUrl: string): string | undefined {
  if (typeof location !== 'string' || !URL.canParse(location, requestedUrl)) return undefined;
  const { origin, pathname } = new URL(location, requestedUrl);
  return `${origin}${pathname}`.slice(0, 200);
}
