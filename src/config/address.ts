/** Host names and IPv4 addresses: labels of letters, digits and hyphens, joined by dots. */
const HOST_NAME = /^(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*$/i;
const IPV6 = /^\[[0-9a-f:.]+\]$/i;

/** True for 127.0.0.0/8, ::1 and localhost, as `URL.hostname` writes them. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** True for a host name or an IP address without scheme, port or path. */
export function isHost(text: string): boolean {
  if (text.includes(':')) return isHostName(`[${text.replace(/^\[|\]$/g, '')}]`);
  return isHostName(text);
}

/** True for `host:port`, an IPv6 address in brackets. */
export function isHostAndPort(text: string): boolean {
  const match = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(text);
  const [, host = '', port = ''] = match ?? [];
  return isHost(host) && Number(port) >= 1 && Number(port) <= 65_535;
}

/**
 * Reads the address of an HTTP service as people paste it: with or without `https://`, with a port or a
 * path. Plain `http://` passes for loopback addresses alone. undefined: not such an address.
 */
export function parseHttpAddress(text: string): URL | undefined {
  const url = parseUrl(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`);
  if (url?.username !== '' || url.password !== '') return undefined;
  const hostname = url.hostname.replace(/\.$/, '');
  if (!isHostName(hostname) || url.search !== '' || url.hash !== '') return undefined;
  if (url.protocol === 'http:') return isLoopback(hostname) ? url : undefined;
  if (url.protocol !== 'https:') return undefined;
  // A name without a dot is no public name: most often a placeholder that was left in.
  return isLoopback(hostname) || /[.:]/.test(hostname) ? url : undefined;
}

/** A proxy's URL, `http://` or `https://`, where name and password are allowed. */
export function parseProxy(text: string): URL | undefined {
  const url = parseUrl(text);
  return url !== undefined && /^https?:$/.test(url.protocol) && isHostName(url.hostname)
    ? url
    : undefined;
}

function isHostName(hostname: string): boolean {
  if (hostname.startsWith('[')) {
    return IPV6.test(hostname) && parseUrl(`http://${hostname}`) !== undefined;
  }
  return hostname.length <= 253 && HOST_NAME.test(hostname);
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
