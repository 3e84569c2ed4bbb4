// prune-core-bridge.js NODE_MODULES: removes the native parts of Temporal's SDK for other platforms than this one,
// some 30 MB each; the image needs one of five. Raises an Error where its own one is not there.
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const releases = join(process.argv[2], '@temporalio/core-bridge/releases');
const architecture = { x64: 'x86_64', arm64: 'aarch64' }[process.arch];
const own = `${architecture}-unknown-linux-gnu`;
if (!statSync(join(releases, own, 'index.node'), { throwIfNoEntry: false })) {
  throw new Error(`found no ${own} in ${releases}; expected Linux with glibc on x64 or arm64`);
}
for (const target of readdirSync(releases)) {
  if (target !== own) rmSync(join(releases, target), { recursive: true });
}
