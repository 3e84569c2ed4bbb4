#!/usr/bin/env bash
# scripts/backfill.sh [ALERTS]: a backfill of 30 days and so many alerts (default 100,000) next to live pulls, with a
# pause, a cancellation, and a kill of worker and Temporal. Prints progress, lag and what arrived twice; fails where
# something did not hold.
set -euo pipefail

# shellcheck source=scripts/prepare.sh
source "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"
need_node
cd "$root"
built
find_temporal
BACKFILL_ALERTS=${1:-100000} npx vitest run --project integration test/integration/backfill-cli.test.ts
