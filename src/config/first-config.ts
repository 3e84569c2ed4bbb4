import { describeSchema } from './describe-schema.js';
import { ConfigError } from './errors.js';
import { noFindings } from './findings.js';
import { checkConfig } from './load-config.js';
import type { CollectorPaths } from './model.js';
import { parseText } from './parse-file.js';

export interface FirstAnswers {
  /** Of the tenant. */
  readonly host: string;
  readonly keyId: string;
  /** Of Devo's endpoint. */
  readonly output: string;
}

/** The text of a first config file, with the schema's own words on each key. Raises `ConfigError` for answers that do not do. */
export function firstConfig(answers: FirstAnswers, paths: CollectorPaths, nowMs: number): string {
  const text = textOf(answers);
  const findings = noFindings();
  const parsed = parseText(text, paths.configFile, findings);
  if (parsed === undefined) throw new ConfigError(paths.configFile, findings.problems);
  // The key and the certificates come later.
  const env = { CORTEX_API_KEY: 'later' };
  checkConfig(parsed.raw, paths, { env, nowMs, certificates: 'optional' });
  return text;
}

function textOf({ host, keyId, output }: FirstAnswers): string {
  const rows = describeSchema();
  const key = (indent: number, path: string, value: string): string => {
    const name = path.slice(path.lastIndexOf('.') + 1);
    const { doc = '' } = rows.find((row) => row.path === path) ?? {};
    const margin = ' '.repeat(indent);
    return `${doc === '' ? '' : `${margin}# ${doc}\n`}${margin}${name}: ${JSON.stringify(value)}`;
  };
  return `# Written by \`cortex-devo init\`. docs/configuration.md has every key.
globals:
${key(2, 'globals.name', 'cortex_xdr')}
outputs:
  devo_1:
    type: devo_platform
    config:
${key(6, 'outputs.<name>.config.address', output)}
      port: 443
      # Files in certs/.
      chain: chain.crt
      cert: domain.crt
      key: domain.key
inputs:
  cortex_xdr:
${key(4, 'inputs.<name>.id', '1')}
    enabled: true
${key(4, 'inputs.<name>.api_fqdn', host)}
    credentials:
      # The key itself belongs into credentials/credentials.yaml, or into the environment as CORTEX_API_KEY.
${key(6, 'inputs.<name>.credentials.api_key_id', keyId)}
    services:
      incidents: { include_incident_alerts: true }
      alerts: {}
      audit_managements: {}
`;
}
