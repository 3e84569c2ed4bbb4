import { closest, distance } from 'fastest-levenshtein';

/** The known name most like a found one; undefined where none is so near that it was meant. */
export function nearestKey(found: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const text = found.toLowerCase();
  const lowered = known.map((name) => name.toLowerCase());
  const nearest = closest(text, lowered);
  // A third of the letters: `start_tim` is a slip, `color` is something else.
  const isSlip = distance(text, nearest) <= Math.max(1, Math.floor(nearest.length / 3));
  return isSlip ? known[lowered.indexOf(nearest)] : undefined;
}
