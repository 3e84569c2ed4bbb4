import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProgram, runProgram } from '../../../src/cli/program.js';
import { fakeIo } from './fake-io.js';

/** Every command with the words before it: `status`, `backfill`, `backfill start`. */
function namesBelow(command: Command, before: string): string[] {
  return command.commands.flatMap((each) => {
    const name = `${before}${each.name()}`;
    return [name, ...namesBelow(each, `${name} `)];
  });
}

const PROGRAM = createProgram(fakeIo());
const COMMANDS = namesBelow(PROGRAM, '');
const TOP = PROGRAM.commands.map((command) => command.name());

describe('the commands', () => {
  it('are those of the manual', () => {
    expect(COMMANDS).toEqual([
      'init',
      'up',
      'worker',
      'apply',
      'status',
      'pull-now',
      'pause',
      'resume',
      'reset',
      'backfill',
      'backfill start',
      'backfill list',
      'backfill status',
      'backfill pause',
      'backfill resume',
      'backfill cancel',
      'validate',
      'verify',
      'explain',
      'health',
      'completion',
      'demo',
      'simulator',
    ]);
  });

  it.each(COMMANDS)('%s shows an example of its use in its help', async (name) => {
    const io = fakeIo();
    expect(await runProgram([...name.split(' '), '--help'], io)).toBe(0);
    expect(io.printed.join('\n')).toMatch(
      new RegExp(`Examples:\\n  \\$ (\\S+=\\S+ )?cortex-devo ${name}`),
    );
  });

  it('print the help of the program and its version', async () => {
    const io = fakeIo();
    expect(await runProgram(['--help'], io)).toBe(0);
    for (const name of TOP) expect(io.printed.join('\n')).toContain(`  ${name} `);
    expect(await runProgram(['--version'], io)).toBe(0);
    expect(io.printed.at(-1)).toMatch(/^\d+\.\d+\.\d+/);
  });
});

describe('wrong usage', () => {
  it.each(COMMANDS)(
    '%s with an option that does not exist ends with 2, without a stack trace',
    async (name) => {
      const io = fakeIo();
      expect(await runProgram([...name.split(' '), '--wat'], io)).toBe(2);
      expect(io.errors.join('\n')).toMatch(
        /^error USAGE: (unknown option '--wat'|required option)[^]*--help shows/,
      );
      expect(io.errors.join('\n')).not.toContain('    at ');
    },
  );

  const NEEDY = COMMANDS.filter((name) =>
    /^(pull-now|pause|resume|reset)$|^backfill [^l]/.test(name),
  );
  it.each(NEEDY)('%s without its argument ends with 2 and names it', async (name) => {
    const io = fakeIo();
    expect(await runProgram(name.split(' '), io)).toBe(2);
    expect(io.errors.join('\n')).toMatch(
      /missing required argument '(service|backfill)'|required option '--from|USAGE_STREAM_NEEDED/,
    );
  });

  it.each([
    [[], 'Usage: cortex-devo'],
    [['statsu'], "unknown command 'statsu'"],
    [['status', '--wat'], "unknown option '--wat'"],
    [['backfill'], 'Usage: cortex-devo backfill'],
    [['backfill', 'stop'], "unknown command 'stop'"],
    [['backfill', 'start', 'alerts', '--to', '2026-02-01'], "required option '--from <time>'"],
    [
      ['backfill', 'start', 'alerts', '--from', '2026', '--to', '2026', '--lanes', '9'],
      'Expected a whole number from 1 to 8',
    ],
    [['pause', 'alerts', 'more'], 'too many arguments'],
    [['demo', '--for', '60'], 'Expected a duration such as'],
    [['demo', '--speed', 'fast'], 'Expected a number from 0 to 100'],
    [['reset', 'alerts', '--start-time', 'soon'], 'USAGE_START_TIME'],
  ])('%j ends with 2 and says what was expected', async (args, message) => {
    const io = fakeIo();
    expect(await runProgram(args, io)).toBe(2);
    expect(io.errors.join('\n')).toContain(message);
    expect(io.printed).toEqual([]);
  });
});

describe('explain', () => {
  it('says what an error means and what to do', async () => {
    const io = fakeIo();
    expect(await runProgram(['explain', 'cortex_unauthorized'], io)).toBe(0);
    expect(io.printed[0]).toMatch(/^CORTEX_UNAUTHORIZED: [^]*\n\nWhat to do: /);
  });

  it('ends with 2 for a code that there is not, and names the nearest', async () => {
    const io = fakeIo();
    expect(await runProgram(['explain', 'CORTEX_UNAUTHORISED'], io)).toBe(2);
    expect(io.errors[0]).toMatch(/^error USAGE_CODE_UNKNOWN: .*did you mean CORTEX_UNAUTHORIZED\?/);
  });
});

describe('completion', () => {
  /** What bash offers for a line that ends in the middle of its last word. */
  async function offered(line: string): Promise<string[]> {
    const io = fakeIo();
    expect(await runProgram(['completion', 'bash'], io)).toBe(0);
    const words = line.split(' ');
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const script = `${io.printed.join('\n')}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _cortex_devo; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\n').filter(Boolean);
  }

  it.each([
    ['cortex-devo sta', ['status']],
    ['cortex-devo status --w', ['--watch']],
    ['cortex-devo backfill st', ['start', 'status']],
    ['cortex-devo backfill start --la', ['--lanes']],
    ['cortex-devo reset alerts --y', ['--yes']],
  ])('offers for `%s` what may follow', async (line, words) => {
    expect(await offered(line)).toEqual(words);
  });

  it.each(['zsh', 'fish'])(
    'prints a script for %s, and refuses what is no shell',
    async (shell) => {
      const io = fakeIo();
      expect(await runProgram(['completion', shell], io)).toBe(0);
      expect(io.printed[0]).toContain('backfill');
      expect(await runProgram(['completion', 'csh'], io)).toBe(2);
    },
  );
});

describe('a config file that cannot be used', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cortex-devo-cli-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it.each([
    'up',
    'worker',
    'apply',
    'status',
    'validate',
    'pause incidents',
    'reset incidents',
    'backfill list',
  ])('ends %s with 2 and one line', async (command) => {
    const io = fakeIo();
    const config = join(folder, 'absent.yaml');
    expect(await runProgram([...command.split(' '), '--config', config], io)).toBe(2);
    expect(io.errors).toHaveLength(1);
    expect(io.errors[0]).toMatch(/^error CONFIG_FILE_MISSING .*absent\.yaml/);
  });

  it('ends validate with 2 and a line per mistake', async () => {
    const config = join(folder, 'config.yaml');
    writeFileSync(config, 'inputs: {}\noutputs: {}\n');
    const io = fakeIo();
    expect(await runProgram(['validate', '--offline', '--config', config], io)).toBe(2);
    expect(io.errors.filter((line) => line.startsWith('error CONFIG_NO_INPUTS'))).toHaveLength(1);
    expect(io.errors.filter((line) => line.startsWith('error CONFIG_NO_OUTPUTS'))).toHaveLength(1);
  });

  it('shows the misspelt key beside the mistake that it brings about, in JSON too', async () => {
    const config = join(folder, 'config.yaml');
    writeFileSync(config, SOUND.replace('outputs:', 'ouputs:'));
    const io = fakeIo();
    expect(await runProgram(['validate', '--offline', '--json', '--config', config], io)).toBe(2);
    expect(io.errors).toEqual([
      expect.stringMatching(/^warning CONFIG_KEY_UNKNOWN ouputs: .*did you mean outputs\?/),
      expect.stringMatching(/^error CONFIG_NO_OUTPUTS outputs: /),
    ]);
    expect(JSON.parse(io.printed.join('\n'))).toMatchObject({
      checks: [],
      problems: [{ code: 'CONFIG_NO_OUTPUTS', path: 'outputs' }],
      warnings: [{ code: 'CONFIG_KEY_UNKNOWN', path: 'ouputs' }],
    });
  });

  it.each([['--debug'], []])('shows a stack trace only with --debug (%s)', async (...flags) => {
    const io = fakeIo();
    await runProgram(['validate', '--config', join(folder, 'absent.yaml'), ...flags], io);
    expect(io.errors.join('\n').includes('    at ')).toBe(flags.length > 0);
  });
});

describe('a certificate that is gone', () => {
  let folder: string;
  let config: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cortex-devo-cli-'));
    config = join(folder, 'config.yaml');
    const output = '{type: devo_platform, config: {address: a.example, cert: c.crt, key: c.key}}';
    writeFileSync(config, SOUND.replace('{type: console}', output));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it.each(['up', 'worker', 'apply', 'apply --dry-run', 'validate', 'validate --offline'])(
    'ends %s with 2: it works with the outputs',
    async (command) => {
      const io = fakeIo();
      expect(await runProgram([...command.split(' '), '--config', config], io)).toBe(2);
      expect(io.errors.join('\n')).toMatch(/^error CONFIG_CERT_MISSING outputs\.out\.config\./m);
    },
  );

  it.each([
    'status',
    'pause incidents',
    'resume incidents',
    'pull-now incidents',
    'reset incidents --yes',
    'backfill start incidents --from 2026-01-01 --to 2026-02-01',
    'backfill list',
    'backfill status incidents',
    'backfill pause incidents',
    'backfill resume incidents',
    'backfill cancel incidents',
  ])('is a warning of %s, which goes on to Temporal', async (command) => {
    const io = fakeIo();
    expect(await runProgram([...command.split(' '), '--config', config], io)).toBe(1);
    expect(io.errors.at(0)).toMatch(/^warning CONFIG_CERT_MISSING outputs\.out\.config\./);
    expect(io.errors.at(-1)).toMatch(/^error TEMPORAL_UNREACHABLE/);
  });
});

describe('a sound config file', () => {
  let folder: string;
  let config: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cortex-devo-cli-'));
    config = join(folder, 'config.yaml');
    writeFileSync(config, SOUND);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('makes validate --offline print ok and end with 0', async () => {
    const io = fakeIo();
    expect(await runProgram(['validate', '--offline', '--config', config], io)).toBe(0);
    expect(io.printed).toEqual([`ok    config (${config})`]);
  });

  it('makes validate --json print its checks and nothing else', async () => {
    const io = fakeIo();
    await runProgram(['validate', '--offline', '--json', '--config', config], io);
    expect(JSON.parse(io.printed.join('\n'))).toEqual({
      checks: [{ name: `config (${config})`, ok: true }],
      problems: [],
      warnings: [],
    });
  });

  it('makes validate --strict take a warning for a mistake', async () => {
    writeFileSync(config, SOUND.replace('id: 1}', 'id: 1, colour: red}'));
    const validate = ['validate', '--offline', '--config', config];
    expect(await runProgram(validate, fakeIo())).toBe(0);
    const io = fakeIo();
    expect(await runProgram([...validate, '--strict', '--json'], io)).toBe(2);
    expect(io.errors.at(-1)).toMatch(/^error CONFIG_WARNINGS: found 1 warnings/);
    expect(JSON.parse(io.printed.join('\n'))).toMatchObject({
      warnings: [{ code: 'CONFIG_KEY_UNKNOWN', path: 'globals.colour' }],
    });
  });

  it('makes health ask the port in force', async () => {
    const server = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const env = { CORTEX_DEVO_HTTP_PORT: String(port), CORTEX_DEVO_HTTP_HOST: '0.0.0.0' };
    const io = fakeIo({ env });
    expect(await runProgram(['health', '--config', config], io)).toBe(0);
    expect(io.printed).toEqual([`ok http://127.0.0.1:${port}/healthz`]);
    server.close();
    await once(server, 'close');
    expect(await runProgram(['health', '--config', config], io)).toBe(1);
    expect(io.errors).toEqual([expect.stringMatching(/^error HEALTH_NO_ANSWER: /)]);
  });

  it('ends with 1 where Temporal does not run, and says how to start it', async () => {
    const io = fakeIo();
    expect(await runProgram(['status', '--config', config], io)).toBe(1);
    expect(io.errors).toEqual([expect.stringMatching(/^error TEMPORAL_UNREACHABLE: .*`up`/)]);
  });

  it('ends with 2, without asking Temporal, for a stream it does not have', async () => {
    const io = fakeIo();
    expect(await runProgram(['pause', 'incident', '--config', config], io)).toBe(2);
    expect(io.errors).toEqual([expect.stringMatching(/^error USAGE_STREAM_UNKNOWN: .*incidents/)]);
  });

  it.each([
    ['alerts --from 2026-01-01 --to 2026-02-01', /BACKFILL_STREAM_UNKNOWN: .*expected incidents/],
    ['incidents --from yesterday --to 2026-02-01', /BACKFILL_RANGE_INVALID: from: .*ISO 8601/],
    ['incidents --from 2026-02-01 --to 2026-01-01', /BACKFILL_RANGE_INVALID: .*from to lie before/],
    ['incidents --from 2027-01-01 --to 2027-02-01', /BACKFILL_RANGE_INVALID: .*a time before/],
    ['incidents --from 2026-01-01 --to 2026-02-01 --input us', /BACKFILL_STREAM_UNKNOWN: .*one of/],
  ])('ends `backfill start %s` with 2, without asking Temporal', async (args, message) => {
    const io = fakeIo();
    const line = ['backfill', 'start', ...args.split(' '), '--config', config];
    expect(await runProgram(line, io)).toBe(2);
    expect(io.errors).toEqual([expect.stringMatching(message)]);
  });

  it('needs the name of a stream, or --all', async () => {
    for (const words of [['pause'], ['pause', 'incidents', '--all']]) {
      const io = fakeIo();
      expect(await runProgram([...words, '--config', config], io)).toBe(2);
      expect(io.errors).toEqual([expect.stringMatching(/^error USAGE_STREAM_NEEDED: .*--all/)]);
    }
    const io = fakeIo();
    expect(await runProgram(['pause', '--all', '--input', 'nope', '--config', config], io)).toBe(2);
    expect(io.errors).toEqual([
      'error USAGE_INPUT_UNKNOWN: found input "nope", expected one of cortex_xdr',
    ]);
    expect(await runProgram(['pause', '--all', '--config', config], io)).toBe(1);
    expect(io.errors.at(-1)).toMatch(/^error TEMPORAL_UNREACHABLE/);
  });

  it('asks on a terminal before a reset, and changes nothing without a yes', async () => {
    const io = fakeIo({ terminal: true, answers: ['no'] });
    expect(await runProgram(['reset', 'incidents', '--config', config], io)).toBe(1);
    expect(io.questions).toHaveLength(1);
    expect(io.errors).toEqual(['error RESET_DECLINED: nothing was changed']);
  });

  it('keeps quiet about keys that are mere information, but for --debug', async () => {
    writeFileSync(config, SOUND.replace('id: 1}', 'id: 1, queue_max_size_in_mb: 1}'));
    const io = fakeIo();
    await runProgram(['validate', '--offline', '--config', config], io);
    expect(io.errors).toEqual([]);
    await runProgram(['validate', '--offline', '--debug', '--config', config], io);
    expect(io.errors).toEqual([
      'info CONFIG_KEYS_UNUSED globals.queue_max_size_in_mb: accepted, not needed by this collector',
    ]);
  });

  it('asks nothing with --yes', async () => {
    const io = fakeIo({ terminal: true });
    await runProgram(['reset', 'incidents', '--yes', '--config', config], io);
    expect(io.questions).toEqual([]);
    expect(io.errors).toEqual([expect.stringMatching(/^error TEMPORAL_UNREACHABLE/)]);
  });
});

const SOUND = `
globals: {name: collector, id: 1}
outputs:
  out: {type: console}
inputs:
  cortex_xdr:
    id: 1
    enabled: true
    credentials: {api_key: secret, api_key_id: 7}
    services:
      incidents: {api_fqdn: acme.xdr.eu.paloaltonetworks.com}
`;
