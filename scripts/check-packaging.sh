#!/usr/bin/env bash
# scripts/check-packaging.sh [--install]: checks Dockerfile, docker-compose.yml, the manifests for Kubernetes and the
# scripts, with the tools that are here; what cannot be checked for want of one is said. --install fetches those that
# need neither a Docker engine nor a cluster into .cache/ (python3; Go for the compose file).
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1
tools=$root/.cache/packaging-tools
PATH=$PATH:$tools/venv/bin:$tools/bin
failed=0

if [ "${1:-}" = --install ]; then
  mkdir -p "$tools"
  python3 -m venv "$tools/venv" && "$tools/venv/bin/pip" install --quiet \
    --requirement scripts/packaging-requirements.txt || failed=$((failed + 1))
  # The loader that `docker compose` itself reads its files with.
  if command -v go >/dev/null && [ ! -x "$tools/bin/compose-go" ]; then
    GOBIN=$tools/bin go install github.com/compose-spec/compose-go/v2/cmd@v2.9.0 &&
      mv "$tools/bin/cmd" "$tools/bin/compose-go" || failed=$((failed + 1))
  fi
fi

# check NAME COMMAND...
check() {
  local name=$1 output
  shift
  if output=$("$@" 2>&1); then
    printf '%-34s ok\n' "$name"
  else
    printf '%-34s failed\n%s\n' "$name" "$output"
    failed=$((failed + 1))
  fi
}

# skip NAME WHY
skip() { printf '%-34s skipped: %s\n' "$1" "$2"; }

if command -v hadolint >/dev/null; then
  check 'Dockerfile' hadolint Dockerfile
else
  skip 'Dockerfile' 'no hadolint'
fi

if docker compose version >/dev/null 2>&1; then
  for profile in default two demo; do
    POSTGRES_PASSWORD=unused check "docker-compose.yml, $profile" \
      docker compose --profile "$profile" config --quiet
  done
elif command -v compose-go >/dev/null; then
  check 'docker-compose.yml' compose-go -no-interpolation docker-compose.yml
else
  skip 'docker-compose.yml' 'neither docker compose nor compose-go'
fi

if command -v kubernetes-validate >/dev/null; then
  # kustomization.yaml is read by kubectl alone and has no schema there.
  manifests=$(find deploy/kubernetes -name '*.yaml' ! -name kustomization.yaml | sort)
  for version in 1.29.0 1.34.0; do
    # shellcheck disable=SC2086
    check "deploy/kubernetes, $version" kubernetes-validate --strict -k "$version" $manifests
  done
else
  skip 'deploy/kubernetes' 'no kubernetes-validate'
fi

if command -v kubectl >/dev/null; then
  check 'deploy/kubernetes, kustomize' kubectl kustomize deploy/kubernetes
else
  skip 'deploy/kubernetes, kustomize' 'no kubectl'
fi

if command -v shellcheck >/dev/null; then
  check 'shell scripts' shellcheck -x scripts/*.sh deploy/temporal/*.sh
else
  skip 'shell scripts' 'no shellcheck'
fi

if docker info >/dev/null 2>&1; then
  check 'image' docker build --quiet --tag cortex-devo:check .
else
  skip 'image' 'no Docker engine'
fi

[ "$failed" -eq 0 ]
