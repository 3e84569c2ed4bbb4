#!/usr/bin/env bash
# scripts/test-cluster.sh [--keep]: two workers against the production Temporal server on PostgreSQL, with the server
# killed, PostgreSQL restarted and one worker killed for good; prints what was lost and duplicated.
# Needs Go 1.26 or later and the PostgreSQL programs (Debian: apt-get install postgresql). The first run builds
# the server into .cache/ (some minutes); a run takes about ten more, for a dead host is given up after five.
# --keep leaves the folder with all logs.
set -euo pipefail

# shellcheck source=scripts/prepare.sh
source "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"
need_node

# The version that the embedded server has too: scripts/temporal-requirements.txt.
version=1.32.0
module=go.temporal.io/server
bin=$root/.cache/temporal-server-$version

fail() {
  echo "$1" >&2
  exit 1
}

command -v go >/dev/null || fail 'go was not found; Go 1.26 or later builds the Temporal server: https://go.dev/dl'
postgres=$(pg_config --bindir 2>/dev/null) || postgres=$(dirname "$(readlink -f "$(command -v pg_ctl)")") || true
[ -x "$postgres/initdb" ] || fail 'initdb was not found; install the PostgreSQL server (Debian: apt-get install postgresql)'

if [ ! -x "$bin/server" ] || [ ! -x "$bin/sql" ]; then
  echo "Building the Temporal server $version into .cache/ (some minutes, once)" >&2
  GOBIN=$bin quietly temporal-server timeout 1800 \
    go install "$module/cmd/server@v$version" "$module/cmd/tools/sql@v$version"
fi
sources=$(go env GOMODCACHE)/$module@v$version
[ -d "$sources/schema" ] || (cd "$root/.cache" && quietly temporal-server go mod download "$module@v$version")

cd "$root"
quietly build npm run build
export TEMPORAL_SERVER_BIN=$bin TEMPORAL_SERVER_SOURCES=$sources POSTGRES_BIN=$postgres
exec node scripts/cluster/main.js "$@"
