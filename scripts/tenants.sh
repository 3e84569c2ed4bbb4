#!/usr/bin/env bash
# scripts/tenants.sh [TENANTS] [PERIOD] [DURATION]: so many simulated tenants (default 200) with five streams each
# on one worker and the embedded server, idle at the period (default 300 s) for a while (default 660 s). Prints
# missed periods, memory, and what a pull cycle adds to the history; fails where a period was missed.
set -euo pipefail

# shellcheck source=scripts/prepare.sh
source "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"
need_node
cd "$root"
built
find_temporal
export TENANTS=${1:-200} PERIOD_SECONDS=${2:-300} DURATION_SECONDS=${3:-660}
npx vitest run --project integration test/integration/tenants.test.ts
