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

# beside NAME COMMAND...: begins a step that goes on beside those that follow; `finish NAME` waits for it.
beside() {
  local name=$1
  shift
  "$@" >"$reports/$name.log" 2>&1 </dev/null &
  echo $! >"$reports/$name.pid"
}
finish() {
  local result=0
  wait "$(cat "$reports/$1.pid")" || result=$?
  cat "$reports/$1.log"
  return "$result"
}

# What tests need that npm does not have; those that lack something are skipped and say so. test/ui/browser.ts looks for
# these names of Chromium. Debian installs no syslog-ng beside rsyslog, so it is unpacked only.
find_programs() {
  scripts/temporal.sh >/dev/null
  local packages=(rsyslog rsyslog-gnutls nginx libnginx-mod-stream haproxy stunnel4) package
  [ -n "${CHROMIUM:-}" ] ||
    command -v chromium chromium-browser google-chrome-stable google-chrome >/dev/null ||
    packages+=(chromium)
  debian_packages "${packages[@]}" || for package in "${packages[@]}"; do
    debian_packages "$package" || echo "$package cannot be installed here: what needs it is skipped"
  done
  local folder=$root/.cache/syslog-ng venv=$root/.cache/devo-sdk
  [ -x "$folder/root/usr/sbin/syslog-ng" ] ||
    { command -v apt-get dpkg >/dev/null && mkdir -p "$folder" &&
      (cd "$folder" && quietly apt-download apt-get download syslog-ng-core libivykis0 &&
        for package in *.deb; do dpkg -x "$package" root || exit; done); } ||
    echo 'syslog-ng cannot be had here: its tests are skipped'
  # Devo's own client, which asks the simulated Query API.
  "$venv/bin/python" -c 'import devo.api' 2>/dev/null ||
    { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet devo-sdk==7.0.0; } >/dev/null 2>&1 ||
    echo 'devo-sdk cannot be installed here: its test is skipped'
}

beside programs find_programs
step install quietly npm-ci npm ci --no-audit --no-fund || {
  echo '0 passed, 1 failed'
  exit 1
}
# The longest check by far, and it keeps one core busy.
beside lint npm run --silent lint
step format npm run --silent format:check
step typecheck npm run --silent typecheck
step packaging scripts/check-packaging.sh
step build quietly build npm run build
step 'alerts, dashboard' scripts/check-deploy.sh
step lint finish lint
step programs finish programs
step temporal find_temporal
test_step unit "$@"
test_step simulation "$@"
test_step integration "$@"
test_step peers "$@"
test_step ui "$@"

node scripts/count-tests.js --more-failed "$failed_steps" "$reports"/*.json
