#!/bin/sh
# setup-namespace.sh NAMESPACE...: makes those that do not exist. The server answers some seconds before it can
# make one.
set -eu

for namespace in "$@"; do
  tries=0
  until temporal operator namespace describe --namespace "$namespace" >/dev/null 2>&1 ||
    temporal operator namespace create --namespace "$namespace" --retention 72h; do
    tries=$((tries + 1))
    [ "$tries" -lt 30 ] || exit 1
    sleep 2
  done
done
