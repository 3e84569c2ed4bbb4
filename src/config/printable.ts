/** Characters of a found value that a message shows. */
const SHOWN_CHARACTERS = 80;
/** What stands in place of a secret, as Devo's collectors print it. */
export const MASK = '****';

/** A text from the file fit for one line: control characters escaped, cut, no passwords of URLs, no PEM. */
export function printable(text: string): string {
  if (text.includes('-----BEGIN')) return MASK;
  const line = maskUserInfo(text).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line;
}

/** Name and password of every URL in a text masked. */
export function maskUserInfo(text: string): string {
  return text.replace(/\/\/[^/\s]*@/g, `//${MASK}@`);
}

/** How a message names a value that was found; `secret`: that there is one, and no more. */
export function describeFound(value: unknown, secret = false): string {
  if (isAbsent(value)) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (isMapping(value)) return 'a mapping';
  return secret ? MASK : printable(scalarText(value));
}

/** True for a key that counts as not there: null, and the empty text that forms leave behind. */
export function isAbsent(value: unknown): value is null | undefined | '' {
  return (
    value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
  );
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text, number or boolean as the text that stands in the file. */
export function scalarText(value: unknown): string {
  return typeof value === 'string' ? value.trim() : String(value);
}
