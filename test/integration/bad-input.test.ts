import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { startSimulator } from '../../simulator/simulator.js';
import type { Simulator } from '../../simulator/simulator.js';
import { runCli, startCli, untilPrinted } from './cli-process.js';
import type { CliResult } from './cli-process.js';
import { REFUSING_PORT } from './collecting.js';
import { eventually } from './eventually.js';

const WRONG_KEY = 'WrongKeyOfNoRealTenant0123456789';
const INPUT = ['inputs', 'cortex_xdr'];
const INCIDENTS = [...INPUT, 'services', 'incidents'];
const DEVO = ['outputs', 'devo_1', 'config'];

let folder: string;
let simulator: Simulator;
let copies = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bad-input-'));
  simulator = await startSimulator({
    folder: join(folder, 'good'),
    tenant: {
      history: { incidents: { count: 10, fromMs: Date.now() - 60_000, toMs: Date.now() } },
    },
    services: { incidents: {} },
    everyService: { request_period_in_seconds: 1, settle_in_seconds: 0 },
  });
});
afterAll(async () => {
  await simulator.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A copy of the good config folder with these keys set; its config file. */
function configWith(...changes: readonly (readonly [path: readonly string[], value: unknown])[]) {
  const copy = join(folder, `copy-${++copies}`);
  cpSync(join(folder, 'good'), copy, { recursive: true });
  const file = join(copy, 'config', 'config.yaml');
  const document = parseDocument(readFileSync(file, 'utf8'));
  for (const [path, value] of changes) document.setIn(path, value);
  writeFileSync(file, document.toString());
  return file;
}

/** No key, no private key and no stack trace, whatever went wrong. */
function expectClean(output: string): void {
  const secrets = [WRONG_KEY, simulator.tenant.credentials.apiKey, 'PRIVATE KEY', ...privateKey()];
  expect(secrets.filter((secret) => output.includes(secret))).toEqual([]);
  expect(output).not.toMatch(/^ {4}at /m);
}

/** The lines of the base64 of the client's key. */
function privateKey(): string[] {
  const pem = readFileSync(join(folder, 'good', 'certs', 'domain.key'), 'utf8');
  return pem.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
}

/** One line on stderr, and nothing that must not be seen. */
function expectOneLine({ stdout, stderr }: CliResult, line: RegExp): void {
  expectClean(`${stdout}\n${stderr}`);
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr).toMatch(line);
}

describe('a config file with a mistake ends every start with 2 and one line of code, path and cause', () => {
  it.each([
    [
      'an fqdn that is none',
      [...INCIDENTS, 'api_fqdn'],
      'ftp://acme',
      /^error CONFIG_VALUE_INVALID inputs\.cortex_xdr\.services\.incidents\.api_fqdn: found ftp:\/\/acme, expected /,
    ],
    [
      'a missing certificate',
      [...DEVO, 'cert'],
      'absent.crt',
      /^error CONFIG_CERT_MISSING outputs\.devo_1\.config\.cert: found .*absent\.crt/,
    ],
    [
      'a future start time',
      [...INCIDENTS, 'start_time'],
      '2999-01-01T00:00:00Z',
      /^error CONFIG_START_TIME_FUTURE inputs\.cortex_xdr\.services\.incidents\.start_time: found 2999/,
    ],
    [
      'a tag with other characters',
      [...INCIDENTS, 'override_devo_tag'],
      'edr.cortex xdr.íncidents',
      /^error CONFIG_TAG_INVALID inputs\.cortex_xdr\.services\.incidents\.override_devo_tag: found edr/,
    ],
    [
      'an unknown service',
      [...INPUT, 'services', 'incident'],
      {},
      /^error CONFIG_SERVICE_UNKNOWN inputs\.cortex_xdr\.services\.incident: .*did you mean incidents\?/,
    ],
    [
      'values to be hidden',
      [...INCIDENTS, 'obfuscation_data'],
      [{ name: ['hosts'] }],
      /^error CONFIG_OBFUSCATION_UNSUPPORTED inputs\.cortex_xdr\.services\.incidents\.obfuscation_data: /,
    ],
    [
      'a key that is a text of several lines',
      [...INPUT, 'credentials', 'api_key'],
      `${WRONG_KEY}\n${WRONG_KEY}`,
      /^error CONFIG_VALUE_INVALID inputs\.cortex_xdr\.credentials\.api_key: found \*\*\*\*/,
    ],
  ])('%s', async (_, path, value, line) => {
    const result = await runCli(['up', '--config', configWith([path, value])]);
    expect(result.exitCode).toBe(2);
    expectOneLine(result, line);
  });

  it('YAML that cannot be read, with a key in the very line', async () => {
    const file = configWith();
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/api_key: .*/, `api_key: "${WRONG_KEY}\n  : [`));
    const result = await runCli(['up', '--config', file]);
    expect(result.exitCode).toBe(2);
    expectOneLine(result, /^error CONFIG_FILE_UNREADABLE .*config\.yaml: .*line \d+/);
  });

  it('a file that is not there', async () => {
    const result = await runCli(['up', '--config', join(folder, 'absent.yaml')]);
    expect(result.exitCode).toBe(2);
    expectOneLine(result, /^error CONFIG_FILE_MISSING .*absent\.yaml/);
  });
});

describe('`validate` ends with 1 and a line of code, path and cause', () => {
  it.each([
    [
      'a wrong key',
      [...INPUT, 'credentials', 'api_key'],
      WRONG_KEY,
      /^fail {2}CORTEX_UNAUTHORIZED inputs\.cortex_xdr credentials/m,
    ],
    [
      'a wrong fqdn',
      [...INCIDENTS, 'api_fqdn'],
      'tenant.invalid',
      /^fail {2}CORTEX_NETWORK_ERROR inputs\.cortex_xdr credentials \(tenant\.invalid\)/m,
    ],
    [
      'a wrong port of Devo',
      [...DEVO, 'port'],
      1,
      /^fail {2}DEVO_\w+ outputs\.devo_1 TLS handshake \(127\.0\.0\.1:1\)/m,
    ],
  ])('for %s', async (_, path, value, line) => {
    const result = await runCli(['validate', '--config', configWith([path, value])]);
    expect(result.exitCode).toBe(1);
    expect(result.stdout).toMatch(line);
    expect(result.stdout.match(/^ok /gm)).toHaveLength(3);
    expectOneLine(result, /^error VALIDATE_FAILED: 1 of 4 checks failed$/m);
  });
});

describe('a Temporal that cannot be reached', () => {
  it.each(['up', 'worker', 'apply', 'status', 'pause incidents'])(
    'ends `%s` with 1, its address and the reason',
    { concurrent: true },
    async (command) => {
      const address = `127.0.0.1:${REFUSING_PORT}`;
      const args = [...command.split(' '), '--config', configWith()];
      const result = await runCli(args, { TEMPORAL_ADDRESS: address });
      expect(result.exitCode).toBe(1);
      expectOneLine(
        result,
        new RegExp(
          `^error TEMPORAL_UNREACHABLE: found no Temporal at ${address} \\(connection refused\\)`,
        ),
      );
    },
  );

  it('because the collector that ran it was killed, is not waited for', async () => {
    const config = configWith();
    // No process has this number: Linux counts to 4,194,304 at most.
    const record = { pid: 99_999_999, ownerPid: 99_999_999, port: REFUSING_PORT };
    writeFileSync(join(config, '..', '..', 'state', 'temporal.json'), JSON.stringify(record));
    const result = await runCli(['status', '--config', config]);
    expect(result.exitCode).toBe(1);
    expectOneLine(result, /^error TEMPORAL_UNREACHABLE: .*\(the collector that ran it has ended\)/);
  });

  it('because a variable of the environment is wrong, is told by 2', async () => {
    const result = await runCli(['status', '--config', configWith()], {
      TEMPORAL_PROFILE: 'absent',
    });
    expect(result.exitCode).toBe(2);
    expectOneLine(result, /^error CONFIG_TEMPORAL_ENVIRONMENT: TEMPORAL_\*: .*absent/);
  });
});

it('a wrong key and a taken UI port do not end `up`: it prints where the UI is, and `status` tells the error', async () => {
  const taken = createServer().listen({ port: 0, host: '127.0.0.1' });
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const config = configWith(
    [[...INPUT, 'credentials', 'api_key'], WRONG_KEY],
    [['globals', 'temporal'], { ui_port: port }],
  );
  const up = startCli(['up', '--config', config]);
  try {
    const [, ui = ''] = await untilPrinted(up, /"ui":"(http:\/\/127\.0\.0\.1:\d+)"/);
    expect(ui).not.toBe(`http://127.0.0.1:${port}`);
    const [, address = ''] = await untilPrinted(up, /"address":"([^"]+)".*Collector running/);
    const elsewhere = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'absent' };
    expectOneLine(
      await runCli(['status', '--config', config], elsewhere),
      /^error TEMPORAL_NAMESPACE_MISSING: found no namespace absent at /,
    );
    expect((await fetch(ui)).ok).toBe(true);
    const status = await eventually(
      'the error',
      async () => await runCli(['status', '--config', config]),
      ({ stdout }) => stdout.includes('CORTEX_UNAUTHORIZED'),
    );
    expect(status.stdout).toMatch(/cortex_xdr +incidents +failing/);
    expect(status.stdout).toMatch(/failures: \d+, next try in/);
    expectClean(status.stdout + status.stderr);
    expect(await up.end('SIGTERM')).toBe(0);
    expectClean(up.output());
  } finally {
    await up.end('SIGTERM');
    taken.close();
  }
});
