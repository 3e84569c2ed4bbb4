#!/usr/bin/env bash
# scripts/image.sh [FOLDER]: builds the image, saves it as cortex-devo-<version>.tgz in FOLDER (default: dist-image)
# and prints the file's SHA-256, as Devo's collectors are handed on: `gunzip -c FILE.tgz | docker load`.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' "$root/package.json")
name=${COLLECTOR_IMAGE:-cortex-devo:$version}

docker info >/dev/null 2>&1 || {
  echo 'found no Docker engine that answers; expected one to build the image with' >&2
  exit 1
}
mkdir -p "${1:-$root/dist-image}"
folder=$(cd "${1:-$root/dist-image}" && pwd)
file=$folder/cortex-devo-$version.tgz

docker build --tag "$name" "$root"
# Without the time in its header, so that the same image gives the same file.
docker save "$name" | gzip -9 --no-name >"$file.part"
mv "$file.part" "$file"
(cd "$folder" && sha256sum "$(basename "$file")" | tee "$(basename "$file").sha256")
