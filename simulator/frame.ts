/** Longest header: a tag may have 1024 characters, time and host share the rest. */
const MOST_HEADER = 1400;
/** The three forms of time that Devo's own clients send. */
const TIME = [
  '[A-Z][a-z]{2} [ \\d]\\d \\d{2}:\\d{2}:\\d{2}',
  '\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}\\.\\d{3}',
  '\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{1,6})?Z',
].join('|');
const HEADER = new RegExp(`^<14>(?:${TIME}) ([^\\s:]+) (\\S+): $`);
/** Two to six levels. */
const TAG = /^[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+){1,5}$/;

export type ParsedFrame =
  { readonly tag: string; readonly text: string } | { readonly fault: string };

/** Whether a tag has the shape Devo knows. */
export function isTag(tag: string): boolean {
  return tag.length <= 1024 && TAG.test(tag);
}

/**
 * Takes a frame apart: `<14>` time, host, tag, `: ` and a JSON object, without the line feed at its end. The
 * fault says which rule is broken and never repeats content.
 */
export function parseFrame(line: string): ParsedFrame {
  const start = line.indexOf(': {');
  if (start === -1 || start > MOST_HEADER) return { fault: 'no ": {" after the header' };
  const header = HEADER.exec(line.slice(0, start + 2));
  if (header === null) return { fault: 'header is not "<14>time host tag: "' };
  const tag = header[2] ?? '';
  if (!isTag(tag)) return { fault: 'tag does not have 2 to 6 levels of letters, digits, _' };
  return { tag, text: line.slice(start + 2) };
}
