# shellcheck shell=bash

# Shared by the other scripts, sourced: `root`, `need_node`, `quietly`, `installed`, `built`, `find_temporal` and
# `debian_packages`.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

need_node() {
  if ! command -v node >/dev/null; then
    echo 'Node.js was not found; 20.19 or later is needed: https://nodejs.org' >&2
    exit 1
  fi
  if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; then
    echo "Node.js $(node --version) was found; 20.19 or later is needed: https://nodejs.org" >&2
    exit 1
  fi
}

# quietly NAME COMMAND...: the command's output goes to a log, which is shown when it fails.
quietly() {
  local log=$root/.cache/$1.log
  shift
  mkdir -p "$root/.cache"
  "$@" >"$log" 2>&1 </dev/null || {
    local code=$?
    tail -n 40 "$log" >&2
    echo "failed: $* (whole output in $log)" >&2
    return "$code"
  }
}

# The packages of the lock file.
installed() {
  local stamp=$root/node_modules/.package-lock.json
  [ ! -f "$stamp" ] || [ "$root/package-lock.json" -nt "$stamp" ] || return 0
  echo 'Installing packages' >&2
  (cd "$root" && quietly npm-ci npm ci --no-audit --no-fund)
}

# What the sources make, installed packages included.
built() {
  local stamp=$root/dist/.built
  installed
  [ ! -f "$stamp" ] || [ -n "$(find "$root/src" "$root/simulator" "$root/tsconfig.json" "$root/tsconfig.build.json" \
    "$root/package-lock.json" -newer "$stamp" -print -quit)" ] || return 0
  echo 'Building' >&2
  (cd "$root" && quietly build npm run build)
  touch "$stamp"
}

# The binary of the embedded server, for those that come after.
find_temporal() {
  TEMPORAL_CLI=$("$root/scripts/temporal.sh") && export TEMPORAL_CLI
}

# debian_packages NAME...: installs those that lack, where this is Debian and root; fails otherwise.
debian_packages() {
  dpkg --status "$@" >/dev/null 2>&1 && return
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return
  echo "Installing the Debian packages: $*" >&2
  quietly apt-update apt-get update &&
    quietly apt-install env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
      -o DPkg::Lock::Timeout=300 "$@"
}
