#!/usr/bin/env bash
# scripts/check-deploy.sh: checks the alert rules and the dashboard's expressions and runs the rules' tests, with
# promtool, which is installed where that is possible without asking (Debian, as root); elsewhere the checks are
# skipped, and it says so.
set -euo pipefail

# shellcheck source=scripts/prepare.sh
source "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"
cd "$root"

install_promtool() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  quietly apt-update apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive quietly apt-prometheus \
      apt-get install -y -qq --no-install-recommends prometheus
}

if ! command -v promtool >/dev/null && ! install_promtool; then
  echo "skipped: no promtool (Debian's package prometheus has it): alert rules and dashboard are not checked"
  exit 0
fi
dashboard_rules=$(mktemp)
trap 'rm -f "$dashboard_rules"' EXIT
node scripts/dashboard-rules.js >"$dashboard_rules"
promtool check rules deploy/prometheus/rules.yml "$dashboard_rules"
promtool test rules deploy/prometheus/rules-test.yml
