import { getProxyForUrl } from 'proxy-from-env';

/** In the order in which they hold. */
const VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'];

/**
 * The proxy on the way to an https address by the usual environment variables with their exceptions (`NO_PROXY`);
 * undefined: there is none. One without a scheme speaks plain HTTP, as other tools take it.
 */
export function proxyOfEnvironment(url: string): string | undefined {
  if (getProxyForUrl(url) === '') return undefined;
  const found = VARIABLES.map((name) => process.env[name]).find((value) => (value ?? '') !== '');
  if (found === undefined) return undefined;
  return found.includes('://') ? found : `http://${found}`;
}
