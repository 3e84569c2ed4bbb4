#!/usr/bin/env bash
# scripts/screenshots.sh: takes the pictures in docs/images again, of a collector between a simulated tenant
# and a simulated Devo, with headless Chromium. Look at each before committing it.
set -euo pipefail

# shellcheck source=scripts/prepare.sh
source "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"
need_node
cd "$root"
built
find_temporal
npx vitest run --config vitest.scripts.config.ts scripts/screenshots.ts
ls -l docs/images
