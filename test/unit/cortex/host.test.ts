import { describe, expect, it } from 'vitest';
import { baseUrl } from '../../../src/cortex/host.js';

const TENANT = 'https://api-acme.xdr.eu.paloaltonetworks.com';

describe('api_fqdn', () => {
  it.each([
    'acme.xdr.eu.paloaltonetworks.com',
    'api-acme.xdr.eu.paloaltonetworks.com',
    ' ACME.xdr.EU.paloaltonetworks.com. ',
    'https://acme.xdr.eu.paloaltonetworks.com',
    'https://api-acme.xdr.eu.paloaltonetworks.com/public_api/v1/',
    'https://acme.xdr.eu.paloaltonetworks.com:443/dashboard?x=1#y',
    'HTTPS://acme.xdr.eu.paloaltonetworks.com./incidents',
  ])('is taken as pasted: %s', (pasted) => {
    expect(baseUrl(pasted)).toBe(TENANT);
  });

  it('keeps a port of its own', () => {
    expect(baseUrl('acme.example:8443/x')).toBe('https://api-acme.example:8443');
  });

  it.each([
    ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
    ['http://127.9.9.9', 'http://127.9.9.9'],
    ['https://127.0.0.1:8443', 'https://127.0.0.1:8443'],
    ['localhost:8443', 'https://localhost:8443'],
  ])('takes loopback as it is: %s', (pasted, base) => {
    expect(baseUrl(pasted)).toBe(base);
  });

  it.each([
    '',
    '   ',
    'http://acme.xdr.eu.paloaltonetworks.com',
    'http://127.0.0.1.evil.example',
    'http://localhost.evil.example',
    'acme xdr',
    'https://',
    'ftp://acme.example',
    'user:secret@',
    'a@evil.com',
    'user:secret@acme.xdr.eu.paloaltonetworks.com',
    '10.0.0.1',
    'https://10.0.0.1:8443/x',
    '10.1',
    '0x7f.1',
    '2130706433',
    '0177.0.0.1',
    '[2001:db8::1]',
    'acme%2Exdr.eu.paloaltonetworks.com',
    'acme。xdr.eu.paloaltonetworks.com',
    '\\\\acme.xdr.eu.paloaltonetworks.com',
  ])('is refused with what is expected: "%s"', (pasted) => {
    expect(() => baseUrl(pasted)).toThrow(
      expect.objectContaining({ code: 'CORTEX_HOST_INVALID', retry: 'never' }) as Error,
    );
  });

  it('is not shown with a password', () => {
    expect(() => baseUrl('user:secret@acme.example')).toThrow(/^(?!.*secret)/s);
  });
});
