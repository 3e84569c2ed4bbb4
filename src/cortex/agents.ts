import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { proxyOfEnvironment } from '../config/proxy-of-environment.js';
import { CortexError } from './errors.js';

const KEEP_ALIVE = { keepAlive: true } as const;

/**
 * The connections of one client, kept alive, through a proxy too: that of the config, else that of the usual
 * environment variables with their exceptions (`NO_PROXY`). Both are read alike: user and password are
 * percent-decoded. Plain http, which is for loopback, goes straight.
 */
export function createAgents(proxy: string | undefined) {
  const httpAgent = new HttpAgent(KEEP_ALIVE);
  const direct = new HttpsAgent(KEEP_ALIVE);
  const tunnels = new Map<string, HttpsProxyAgent<string>>();

  return (url: string) => {
    const found = proxy ?? proxyOfEnvironment(url);
    return { httpAgent, httpsAgent: found === undefined ? direct : tunnelThrough(found) };
  };

  function tunnelThrough(found: string): HttpsProxyAgent<string> {
    const known = tunnels.get(found);
    if (known !== undefined) return known;
    if (!URL.canParse(found) || !/^https?:$/.test(new URL(found).protocol)) {
      const scheme = /^[a-z0-9+.-]*(?=:\/\/)/i.exec(found)?.[0] ?? 'no address';
      throw new CortexError(
        'CORTEX_NETWORK_ERROR',
        `proxy: found ${scheme}, expected the URL of an HTTP proxy such as http://proxy.example.com:3128; check the config and HTTPS_PROXY`,
        { retry: 'later' },
      );
    }
    const agent = new HttpsProxyAgent(found, KEEP_ALIVE);
    tunnels.set(found, agent);
    return agent;
  }
}
