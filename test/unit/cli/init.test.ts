import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runProgram } from '../../../src/cli/program.js';
import { fakeIo } from './fake-io.js';

const HOST = 'acme.xdr.eu.paloaltonetworks.com';
const ANSWERS = ['--host', HOST, '--key-id', '7', '--output', 'collector-eu.devo.io'];
let root: string;
let config: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'init-'));
  config = join(root, 'new', 'config', 'config.yaml');
});
afterEach(() => rmSync(root, { recursive: true }));

const init = (...args: string[]) => ['init', '--config', config, ...args];

it('writes what validate accepts once the key and the certificates are there', async () => {
  expect(await runProgram(init(...ANSWERS), fakeIo())).toBe(0);
  expect(readFileSync(config, 'utf8')).toMatch(
    /^ +# Name of this collector.*\n +name: "cortex_xdr"$/m,
  );
  for (const name of ['chain.crt', 'domain.crt', 'domain.key']) {
    writeFileSync(join(root, 'new', 'certs', name), '');
  }
  writeFileSync(join(root, 'new', 'credentials', 'credentials.yaml'), 'api_key: the-key\n');
  const io = fakeIo();
  expect(await runProgram(['validate', '--offline', '--strict', '--config', config], io)).toBe(0);
  expect(io.errors).toEqual([]);
});

it('asks on a terminal for what was not given', async () => {
  const io = fakeIo({ terminal: true, answers: ['7', 'collector-eu.devo.io'] });
  expect(await runProgram(init('--host', HOST), io)).toBe(0);
  expect(io.questions).toHaveLength(2);
  expect(readFileSync(config, 'utf8')).toContain('api_key_id: "7"');
});

it('overwrites nothing', async () => {
  expect(await runProgram(init(...ANSWERS), fakeIo())).toBe(0);
  const io = fakeIo();
  expect(await runProgram(init(...ANSWERS), io)).toBe(2);
  expect(io.errors).toEqual([
    expect.stringMatching(/^error USAGE_CONFIG_EXISTS: found .*config\.yaml/),
  ]);
});

it('writes nothing where an answer lacks or does not do', async () => {
  const io = fakeIo();
  expect(await runProgram(init('--host', HOST), io)).toBe(2);
  expect(io.errors).toEqual([expect.stringMatching(/^error USAGE_OPTION_NEEDED: .*--key-id/)]);
  const wrong = fakeIo();
  const answers = ['--host', 'ftp://acme', '--key-id', '7', '--output', 'collector-eu.devo.io'];
  expect(await runProgram(init(...answers), wrong)).toBe(2);
  expect(wrong.errors.join()).toMatch(/CONFIG_VALUE_INVALID inputs\.cortex_xdr\.api_fqdn/);
  expect(() => readFileSync(config)).toThrow('ENOENT');
});
