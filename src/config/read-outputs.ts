import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { addProblem } from './findings.js';
import type { SeparateCredentials } from './credentials-folder.js';
import type { CollectorPaths, OutputConfig, SendingConfig, VerifyConfig } from './model.js';
import { checkName } from './names.js';
import {
  CONSOLE_OUTPUT,
  FILE_OUTPUT,
  HTTP_OUTPUT,
  OUTPUT,
  TCP_OUTPUT,
  TLS_OUTPUT,
  VERIFY,
} from './output-levels.js';
import { certificateFile } from './paths.js';
import { describeFound, isAbsent, isMapping } from './printable.js';
import { join, readLevel } from './read-level.js';
import type { LevelContext } from './read-level.js';
import type { Settings, Values } from './settings.js';

type OutputsContext = Omit<LevelContext, 'path'> & {
  readonly paths: CollectorPaths;
  readonly separate: SeparateCredentials;
};
type OutputContext = LevelContext &
  OutputsContext & {
    readonly name: string;
    readonly verifyEnvUse: LevelContext['envUse'] & string;
  };

type OutputKeys = Values<(typeof OUTPUT)['settings']>;

/** Reads `outputs`; a file without them takes what the environment names. */
export function readOutputs(raw: unknown, context: OutputsContext): OutputConfig[] {
  const { findings, env } = context;
  const outputs = isAbsent(raw) || isEmptyMapping(raw) ? outputsOfEnv(env) : raw;
  if (!isMapping(outputs)) {
    addProblem(findings, 'CONFIG_VALUE_INVALID', 'outputs', {
      found: describeFound(outputs, true),
      expected: 'a mapping of outputs by name',
    });
    return [];
  }
  const entries = Object.entries(outputs);
  if (entries.length === 0) {
    addProblem(findings, 'CONFIG_NO_OUTPUTS', 'outputs', {
      found: 'nothing',
      expected: 'at least one output',
      advice:
        'add outputs: {devo_1: {type: devo_platform, config: {address, port, chain, cert, key}}} to the file, or set DEVO_ADDRESS, DEVO_CERT and DEVO_KEY',
    });
  }
  const verified = entries.filter(([, each]) => isMapping(each) && !isAbsent(each.verify)).length;
  const verifyEnvUse = verified > 1 ? 'fill' : 'override';
  const tokenUsers = entries.filter(([, each]) => isMapping(each) && each.type === 'http').length;
  const read = entries.flatMap(([name, each]) => {
    const path = join('outputs', name);
    checkName(findings, path, name);
    const envUse = tokenUsers > 1 ? 'fill' : 'override';
    const output = readOutput(each, { ...context, path, name, envUse, verifyEnvUse });
    return output === undefined ? [] : [output];
  });
  for (const [index, { name, ...output }] of read.entries()) {
    const sharesPath = (other: OutputConfig) =>
      output.type === 'file' && other.type === 'file' && other.path === output.path;
    const other = read.slice(0, index).find(sharesPath);
    if (other === undefined) continue;
    addProblem(
      findings,
      'CONFIG_VALUE_INVALID',
      join(join(join('outputs', name), 'config'), 'path'),
      {
        found: `the file of output ${other.name}`,
        expected: 'a file of its own',
      },
    );
  }
  return read;
}

function readOutput(raw: unknown, context: OutputContext): OutputConfig | undefined {
  const { values, valid } = readLevel(OUTPUT, raw, context);
  if (!valid || !isMapping(raw)) return undefined;
  const verify = readVerify(raw.verify, values, context);
  const output = readDestination(raw, values, context);
  return verify === undefined ? output : { ...output, verify };
}

function readDestination(
  raw: Readonly<Record<string, unknown>>,
  values: OutputKeys,
  context: OutputContext,
): OutputConfig {
  const { paths, name } = context;
  const inner = { ...context, path: join(context.path, 'config') };
  switch (values.type) {
    case 'devo_platform':
    case 'relay': {
      const tls = readLevel(TLS_OUTPUT, raw.config, inner).values;
      return {
        name,
        type: values.type,
        address: tls.address,
        port: tls.port,
        chain: readableFile(tls.chain, 'chain', inner),
        cert: readableFile(tls.cert, 'cert', inner),
        key: readableFile(tls.key, 'key', inner),
        verifyHostname: tls.verify_hostname,
        serverName: tls.server_name ?? tls.address,
        securityLevel: tls.security_level,
        compression: tls.compression,
        confirmWaitMs: tls.confirm_wait_in_seconds * 1000,
        sending: sendingOf(tls),
      };
    }
    case 'syslog':
    case 'sidecar':
    case 'in_house_relay': {
      const tcp = readLevel(TCP_OUTPUT, raw.config, inner).values;
      return {
        name,
        type: values.type === 'sidecar' ? 'syslog' : values.type,
        address: tcp.address,
        port: tcp.port,
        confirmWaitMs: tcp.confirm_wait_in_seconds * 1000,
        sending: sendingOf(tcp),
      };
    }
    case 'http': {
      const http = readLevel(HTTP_OUTPUT, raw.config, inner).values;
      return {
        name,
        type: 'http',
        address: http.address,
        domain: http.domain,
        token: http.token,
        compression: http.compression,
        chain: http.chain === undefined ? undefined : readableFile(http.chain, 'chain', inner),
        sending: sendingOf(http),
      };
    }
    case 'file': {
      const file = readLevel(FILE_OUTPUT, raw.config, inner).values;
      return { name, type: 'file', path: resolve(paths.root, file.path) };
    }
    case 'console':
    case 'stdout':
      readLevel(CONSOLE_OUTPUT, raw.config, inner);
      return { name, type: 'console' };
  }
}

/** `verify` of an output, its secrets from the environment, from `credentials/` or from the file, in this order. */
function readVerify(
  raw: unknown,
  { verify_after_in_seconds: afterSeconds, verify_pulling_id_column: pullingIdColumn }: OutputKeys,
  context: OutputContext,
): VerifyConfig | undefined {
  if (isAbsent(raw)) return undefined;
  const { findings, name, separate, verifyEnvUse: envUse } = context;
  const path = join(context.path, 'verify');
  const apart = separate.ofOutput(name);
  const merged = isMapping(raw) && isMapping(apart) ? { ...raw, ...apart } : raw;
  const { values, valid } = readLevel(VERIFY, merged, { ...context, path, envUse });
  if (!valid) return undefined;
  const { address, token, key, secret } = values;
  const given = [token, key, secret].filter((each) => each !== undefined).length;
  const common = { address, afterMs: afterSeconds * 1000, pullingIdColumn };
  if (token !== undefined && given === 1) return { ...common, credentials: { token } };
  if (key !== undefined && secret !== undefined && given === 2) {
    return { ...common, credentials: { key, secret } };
  }
  addProblem(findings, given === 0 ? 'CONFIG_KEY_MISSING' : 'CONFIG_VALUE_INVALID', path, {
    found: given === 0 ? 'no credentials' : 'a part of one kind of credentials, or both kinds',
    expected: 'token, or key and secret',
    advice:
      'keep one kind; they may also come from DEVO_QUERY_TOKEN, or DEVO_QUERY_KEY and DEVO_QUERY_SECRET',
  });
  return undefined;
}

function sendingOf(values: {
  readonly connecting_retries: number;
  readonly connecting_initial_wait: number;
  readonly connecting_max_wait: number;
  readonly sending_timeout: number;
  readonly sending_retries: number;
  readonly sending_initial_wait: number;
  readonly sending_max_wait: number;
}): SendingConfig {
  return {
    connectingRetries: values.connecting_retries,
    connectingInitialWaitMs: values.connecting_initial_wait * 1000,
    connectingMaxWaitMs: values.connecting_max_wait * 1000,
    sendingTimeoutMs: values.sending_timeout * 1000,
    sendingRetries: values.sending_retries,
    sendingInitialWaitMs: values.sending_initial_wait * 1000,
    sendingMaxWaitMs: values.sending_max_wait * 1000,
  };
}

/** Absolute path of a certificate's file, which has to be there and readable. */
function readableFile(name: string, key: string, context: OutputContext): string {
  // An empty name stands for one that is a mistake already.
  if (name === '') return name;
  const path = certificateFile(context.paths, name);
  const trouble = troubleOf(path);
  if (trouble !== undefined) {
    addProblem(context.findings, 'CONFIG_CERT_MISSING', join(context.path, key), {
      found: `${trouble} ${path}`,
      expected: 'a readable PEM file',
      advice: `put it there, or name another file`,
    });
  }
  return path;
}

function troubleOf(path: string): string | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return 'no file';
    if (!found.isFile()) return 'no file but something else at';
    accessSync(path, constants.R_OK);
    return undefined;
  } catch {
    return 'no permission to read';
  }
}

/** The outputs that the environment names, in the form of the file; none: an empty mapping. */
function outputsOfEnv(env: NodeJS.ProcessEnv): Readonly<Record<string, unknown>> {
  const outputs: Record<string, unknown> = {};
  const tls = variablesOf(TLS_OUTPUT.settings, env);
  const http = variablesOf(HTTP_OUTPUT.settings, env);
  const query = variablesOf(VERIFY.settings, env);
  const verify = query.address === undefined ? {} : { verify: query };
  if (tls.address !== undefined) outputs.devo_1 = { type: 'devo_platform', config: tls, ...verify };
  if (http.address !== undefined) outputs.http_1 = { type: 'http', config: http, ...verify };
  return outputs;
}

function variablesOf(settings: Settings, env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, { envWithoutOutputs: variable }]) => {
      const value = variable === undefined ? undefined : env[variable];
      return isAbsent(value) ? [] : [[key, value]];
    }),
  );
}

function isEmptyMapping(value: unknown): boolean {
  return isMapping(value) && Object.keys(value).length === 0;
}
