// names-cluster.js up|worker [--config FILE] ...: ends with 0 where environment or config file name a Temporal cluster, or
// the config file is one that the collector will refuse anyway; with 1 where the embedded server will be started.
import process from 'node:process';
import { loadConfig } from '../dist/config/load-config.js';

const { argv, env } = process;
const at = argv.findIndex((word) => word === '--config' || word === '-c');
const file = at === -1 ? undefined : argv[at + 1];
let named = Boolean(env.TEMPORAL_ADDRESS || env.TEMPORAL_PROFILE);
try {
  named ||= loadConfig({ file, env, nowMs: Date.now() }).config.temporal.address !== undefined;
} catch {
  named = true;
}
process.exit(named ? 0 : 1);
