#!/usr/bin/env bash
# scripts/run.sh [options]              the demo, against a simulated tenant and receiver
# scripts/run.sh CONFIG [options]       the real job, with a configuration file
set -euo pipefail

# shellcheck source=scripts/prepare.sh
source "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"
need_node

config=
if [ $# -gt 0 ] && [ "${1#-}" = "$1" ]; then
  if [ ! -f "$1" ]; then
    echo "usage: scripts/run.sh [CONFIG] [options]: there is no file $1" >&2
    exit 2
  fi
  # Absolute, so that it names the same file whatever folder the collector runs in.
  config=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
  shift
fi

built
[ -n "${TEMPORAL_ADDRESS:-}${TEMPORAL_PROFILE:-}" ] || find_temporal

# exec, so that signals reach the collector itself.
if [ -n "$config" ]; then
  exec node "$root/dist/cli/main.js" up --config "$config" "$@"
fi
exec node "$root/dist/cli/main.js" demo "$@"
