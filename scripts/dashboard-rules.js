// dashboard-rules.js: prints the expressions of deploy/grafana/dashboard.json as recording rules, for promtool to check.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { URL } from 'node:url';

const dashboard = JSON.parse(
  readFileSync(new URL('../deploy/grafana/dashboard.json', import.meta.url), 'utf8'),
);
const rules = dashboard.panels
  .flatMap((panel) => panel.targets ?? [])
  .map(({ expr }, index) => ({
    record: `panel:expression${index}`,
    expr: expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$\w+/g, '.*'),
  }));
// JSON is YAML.
process.stdout.write(`${JSON.stringify({ groups: [{ name: 'dashboard', rules }] })}\n`);
