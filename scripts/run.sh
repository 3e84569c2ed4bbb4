#!/usr/bin/env bash
# scripts/run.sh [options]              the demo, against a simulated tenant and receiver
# scripts/run.sh CONFIG [options]       the real job, with a configuration file
# scripts/run.sh COMMAND ...            any command of cortex-devo: status, validate, backfill ...
set -euo pipefail

# shellcheck source=scripts/prepare.sh
source "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"
need_node

case ${1:--} in
  -*) set -- demo "$@" ;;
  *)
    # A file of the name of a command is not meant: it would have an ending.
    if [ -f "$1" ]; then
      config=$1
      shift
      set -- up --config "$config" "$@"
    fi
    ;;
esac

built
# Only these start a server, and only where no cluster is named: in the environment or in the config file.
case $1 in
  demo) find_temporal ;;
  up | worker) node "$root/scripts/names-cluster.js" "$@" || find_temporal ;;
esac

# exec, so that signals reach the collector itself.
exec node "$root/dist/cli/main.js" "$@"
