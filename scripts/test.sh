#!/usr/bin/env bash
# scripts/test.sh [FILTER]: installs, checks and tests everything; FILTER goes to vitest, as a part of the
# test files' names. Every step runs even when one before it failed. The last line is
# `N passed, N failed[, N skipped]`, in which a failed step counts as one failure.
set -uo pipefail

# shellcheck source=scripts/prepare.sh
source "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"
need_node
cd "$root" || exit 1
reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT
export CI=true
failed_steps=0

# step NAME COMMAND...
step() {
  local name=$1 begun=$SECONDS result=ok
  shift
  "$@" </dev/null || result=failed
  [ "$result" = ok ] || failed_steps=$((failed_steps + 1))
  printf '== %-18s %-6s %4d s\n' "$name" "$result" $((SECONDS - begun))
  [ "$result" = ok ]
}

# test_step PROJECT [FILTER]: failed tests count as such; a run that fails without one counts as a failed step.
test_step() {
  local project=$1 report=$reports/$1.json
  shift
  step "$project" npx vitest run --project "$project" --passWithNoTests \
    --reporter=default --reporter=json --outputFile.json="$report" "$@" && return
  if [ -f "$report" ] && ! node scripts/count-tests.js "$report" >/dev/null; then
    failed_steps=$((failed_steps - 1))
  fi
}

# The names that test/ui/browser.ts looks for; without any, the tests of Temporal UI skip themselves.
find_chromium() {
  [ -n "${CHROMIUM:-}" ] ||
    command -v chromium chromium-browser google-chrome-stable google-chrome >/dev/null ||
    debian_packages chromium ||
    echo 'no Chromium here: the tests of Temporal UI are skipped' >&2
}

# An independent receiver; where it cannot be had its tests are skipped and say so.
find_rsyslog() {
  debian_packages rsyslog rsyslog-gnutls || command -v rsyslogd >/dev/null ||
    echo 'rsyslogd cannot be installed here: its tests are skipped'
}

# Devo's own client, which asks the simulated Query API; without it that test is skipped and says so.
find_devo_sdk() {
  local venv=$root/.cache/devo-sdk
  [ -x "$venv/bin/python" ] && "$venv/bin/python" -c 'import devo.api' 2>/dev/null && return
  { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet devo-sdk==7.0.0; } >/dev/null 2>&1 ||
    echo 'devo-sdk cannot be installed here: its test is skipped'
}

# Receivers and what stands before them; the tests name those that they do without. Debian installs no syslog-ng beside
# rsyslog, so it is unpacked only.
find_peers() {
  debian_packages nginx libnginx-mod-stream haproxy stunnel4 ||
    echo 'nginx, haproxy and stunnel cannot be installed here: what of them is missing is skipped'
  local folder=$root/.cache/syslog-ng
  [ -x "$folder/root/usr/sbin/syslog-ng" ] && return
  command -v apt-get dpkg >/dev/null && mkdir -p "$folder" &&
    (cd "$folder" && quietly apt-download apt-get download syslog-ng-core libivykis0 &&
      for package in *.deb; do dpkg -x "$package" root || exit; done) ||
    echo 'syslog-ng cannot be had here: its tests are skipped'
}

step install quietly npm-ci npm ci --no-audit --no-fund || {
  echo '0 passed, 1 failed'
  exit 1
}
step temporal find_temporal
step rsyslog find_rsyslog
step devo-sdk find_devo_sdk
step peers find_peers
step format npm run --silent format:check
step lint npm run --silent lint
step typecheck npm run --silent typecheck
step packaging scripts/check-packaging.sh
step build quietly build npm run build
step 'alerts, dashboard' scripts/check-deploy.sh
test_step unit "$@"
test_step simulation "$@"
test_step integration "$@"
test_step peers "$@"
step chromium find_chromium
test_step ui "$@"

node scripts/count-tests.js --more-failed "$failed_steps" "$reports"/*.json
