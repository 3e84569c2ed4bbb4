import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { PROJECT_ROOT } from './temporal-server.js';

const RULES = join(PROJECT_ROOT, 'deploy', 'prometheus', 'rules.yml');

interface Rule {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A series of a metrics page with the values it takes, in promtool's notation, a minute apart. */
export interface ContinuedSeries {
  /** `name{label="value"}` as on the page. */
  readonly series: string;
  readonly values: string;
}

export const HAS_PROMTOOL = runs('promtool', ['--version']);

/** What promtool finds wrong with a page of metrics; empty where nothing is. */
export function metricsComplaints(page: string): string {
  try {
    return execFileSync('promtool', ['check', 'metrics'], {
      input: page,
      stdio: 'pipe',
    }).toString();
  } catch (error) {
    return String((error as { stderr?: Buffer }).stderr);
  }
}

/** Has promtool evaluate the alert rules: after an hour each named alert fires with these labels, and only so. */
export function expectAlerts(
  series: readonly ContinuedSeries[],
  alerts: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>,
): void {
  const { groups } = parse(readFileSync(RULES, 'utf8')) as { groups: { rules: Rule[] }[] };
  const rules = new Map(groups.flatMap((group) => group.rules.map((rule) => [rule.alert, rule])));
  const folder = mkdtempSync(join(tmpdir(), 'alerts-'));
  const file = join(folder, 'alerts-test.yml');
  const content = {
    rule_files: [RULES],
    tests: [
      {
        interval: '1m',
        input_series: series,
        alert_rule_test: Object.entries(alerts).map(([alertname, labels]) => ({
          eval_time: '60m',
          alertname,
          exp_alerts: labels.map((each) => expectation(rules.get(alertname), each)),
        })),
      },
    ],
  };
  try {
    writeFileSync(file, stringify(content));
    execFileSync('promtool', ['test', 'rules', file], { stdio: 'pipe' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function expectation(rule: Rule | undefined, labels: Readonly<Record<string, string>>) {
  const filled = (text: string) =>
    text.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_all, name: string) => labels[name] ?? '');
  const annotations = Object.entries(rule?.annotations ?? {});
  return {
    exp_labels: { ...labels, ...rule?.labels },
    exp_annotations: Object.fromEntries(annotations.map(([name, text]) => [name, filled(text)])),
  };
}

function runs(command: string, args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
