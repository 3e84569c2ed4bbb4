#!/usr/bin/env bash
# scripts/mutation.sh [FOLDER...]: changes one thing of src/FOLDER at a time (default: every folder that matters) and
# runs the tests that reach it; what survives is a test that is missing or a line that is not needed. Takes minutes
# to hours; the report is reports/mutation/*.json.
set -euo pipefail

# shellcheck source=scripts/prepare.sh
source "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"
need_node
cd "$root"
installed
[ $# -gt 0 ] || set -- pull segments activities workflows cortex devo
MUTATION_FOLDERS="$*" exec nice npx stryker run stryker.config.js
