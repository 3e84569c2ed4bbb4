import { describe, expect, it } from 'vitest';
import { isHost, isHostAndPort, parseHttpAddress } from '../../../src/config/address.js';

describe('the address of an HTTP service', () => {
  it.each([
    'tenant.xdr.eu.paloaltonetworks.com',
    'API-Tenant.xdr.eu.paloaltonetworks.com.',
    'https://tenant.example.com:8443/incidents/',
    'http://127.0.0.1:8080',
    'http://127.9.9.9',
    'http://localhost:1',
    'http://[::1]:8080',
    'localhost:8080',
    '192.0.2.1',
  ])('may be %s', (text) => {
    expect(parseHttpAddress(text)).toBeInstanceOf(URL);
  });

  it.each([
    '',
    'tenant',
    'http://tenant.example.com',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'ftp://tenant.example.com',
    'https://user:password@tenant.example.com',
    'https://tenant.example.com?x=1',
    '{api_fqdn}',
    '<tenant>.example.com',
    'tenant example.com',
    'https://-tenant.example.com',
  ])('is not %s', (text) => {
    expect(parseHttpAddress(text)).toBeUndefined();
  });
});

describe('a host', () => {
  it('is a name or an IP address alone', () => {
    expect(['relay', 'a.example.com', '192.0.2.1', '::1', '[::1]'].filter(isHost)).toHaveLength(5);
    expect(['', 'a:1', 'a/b', 'a b', ':::1', 'a..b'].filter(isHost)).toEqual([]);
  });

  it('has a port from 1 to 65535 where one is asked for', () => {
    expect(['a:1', '[::1]:7233'].filter(isHostAndPort)).toHaveLength(2);
    expect(['a', 'a:', 'a:0', 'a:65536', ':1', '::1:7233'].filter(isHostAndPort)).toEqual([]);
  });
});
