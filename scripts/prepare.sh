# shellcheck shell=bash

# Shared by run.sh and test.sh, sourced: `root`, `need_node`, `quietly` and `debian_packages`.
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

# debian_packages NAME...: installs those that lack, where this is Debian and root; fails otherwise.
debian_packages() {
  dpkg --status "$@" >/dev/null 2>&1 && return
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return
  echo "Installing the Debian packages: $*" >&2
  quietly apt-update apt-get update &&
    quietly apt-install env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
      -o DPkg::Lock::Timeout=300 "$@"
}
