import { readFileSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';

/** One input as the config file holds it. */
export interface YamlInput {
  id: string;
  enabled: boolean;
  credentials: Record<string, string>;
  proxy?: string;
  services: Record<string, Record<string, unknown>>;
}

interface YamlConfig {
  readonly inputs: Record<string, YamlInput>;
  readonly outputs: Record<string, { type: string; config: object }>;
}

/** Edits a config file, as an operator would, or writes the edited one beside it. */
export function changeConfig(file: string, change: (config: YamlConfig) => void, to = file): void {
  const config = parse(readFileSync(file, 'utf8')) as YamlConfig;
  change(config);
  // It holds keys.
  writeFileSync(to, stringify(config), { mode: 0o600 });
}
