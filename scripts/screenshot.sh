#!/usr/bin/env bash
# scripts/screenshot.sh URL FILE: takes a picture of a page with headless Chromium (Debian package `chromium`).
set -euo pipefail
url=${1:?usage: scripts/screenshot.sh URL FILE}
file=${2:?usage: scripts/screenshot.sh URL FILE}
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync \
  --disable-background-networking --disable-component-update --user-data-dir="$profile" \
  --hide-scrollbars --window-size=1400,1000 --virtual-time-budget=15000 --screenshot="$file" "$url" 2>/dev/null
