import { SECRET_KEYS } from './known-keys.js';
import { isMapping, MASK, maskUserInfo } from './printable.js';

/** Keys of other products and of slips of the pen that most likely hold a secret as well. */
const LIKELY_SECRET =
  /api_?key|token|secret|passw|passphrase|credential|authorization|private_?key/i;

/**
 * A copy of a raw config file for debug printing: values of secret keys, of keys that look like it, PEM
 * texts and the names and passwords of URLs are masked as `****`. Takes any value.
 */
export function redactConfig(raw: unknown): unknown {
  return redact(raw, []);
}

function redact(value: unknown, above: readonly unknown[]): unknown {
  if (typeof value === 'string') {
    return value.includes('-----BEGIN') ? MASK : maskUserInfo(value);
  }
  // An alias in YAML may point to what holds it.
  if (above.includes(value)) return MASK;
  if (Array.isArray(value)) return value.map((item) => redact(item, [...above, value]));
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      isSecret(key, item) ? MASK : redact(item, [...above, value]),
    ]),
  );
}

/** `credentials` itself is a mapping, whose keys are looked at one by one. */
function isSecret(key: string, value: unknown): boolean {
  if (value === null || value === undefined || isMapping(value)) return false;
  return SECRET_KEYS.has(key) || LIKELY_SECRET.test(key);
}
