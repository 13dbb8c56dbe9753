#!/usr/bin/env bash
# The test command. Builds once, starts a private RabbitMQ node, runs every test project, stops the node.
# The last line is always `N passed, N failed, N skipped`; the exit code is 0 only if tests ran and none failed.
#   SETTLEMENT_TEST_RABBITMQ already set: that broker is used and none is started.
#   SETTLEMENT_TEST_NO_INSTALL=1: never installs anything.
# Arguments go to every test project's runner, e.g. tests/run.sh -class '*UsageReader*'
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
root=$PWD
work=$(mktemp -d "${TMPDIR:-/tmp}/settlement-tests.XXXXXX") || exit 1
passed=0 failed=0 skipped=0
: >"$work/skips" >"$work/failures"

say() { echo "tests/run.sh: $*" >&2; }

finish() {
  trap - EXIT INT TERM HUP
  "$root/tests/broker.sh" stop "$work/broker"
  rm -rf "$work"
}

summary() {
  [ -s "$work/skips" ] && { echo; echo "Skipped:"; sort "$work/skips"; }
  [ -s "$work/failures" ] && { echo; echo "Failed:"; cat "$work/failures"; }
  echo
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

stop_here() {
  say "$1"
  failed=$((failed + 1))
  summary
  exit 1
}

trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

check_sdk() {
  local sdk="needs the .NET 10 SDK (10.0.100 or newer, https://dot.net/download): the command 'dotnet' must be on the PATH"
  command -v dotnet >/dev/null || stop_here "$sdk"
  dotnet --list-sdks | grep -q '^10\.' || stop_here "$sdk; found: $(dotnet --list-sdks | tr '\n' ' ')"
}

broker_installed() { [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || command -v rabbitmq-server >/dev/null; }

# RUNLEVEL=1 keeps the package from starting a system-wide node.
install_broker() {
  local as_root="" log="$work/install.log"
  [ "$(id -u)" -eq 0 ] || as_root="sudo -n"
  [ "${SETTLEMENT_TEST_NO_INSTALL:-}" = 1 ] && return 1
  command -v apt-get >/dev/null || return 1
  [ -z "$as_root" ] || $as_root true 2>/dev/null || return 1
  say "installing rabbitmq-server from Debian"
  $as_root apt-get update >"$log" 2>&1
  $as_root env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends rabbitmq-server >>"$log" 2>&1 \
    || { tail -n 20 "$log" >&2; return 1; }
}

start_broker() {
  [ -n "${SETTLEMENT_TEST_RABBITMQ:-}" ] && return
  if ! broker_installed && ! install_broker; then
    say "rabbitmq-server is not installed and can't be installed from here; tests that need a broker are skipped."
    say "To run them: 'apt-get update && apt-get install rabbitmq-server' as root, or set SETTLEMENT_TEST_RABBITMQ=amqp://user:password@host:port/"
    return
  fi
  if "$root/tests/broker.sh" start "$work/broker" >"$work/broker.env"; then
    set -a
    . "$work/broker.env"
    set +a
  else
    stop_here "the RabbitMQ node did not start"
  fi
}

# Kept in the checkout, so that they are fetched once.
bring_tools() {
  "$root/tests/tools.sh" "$root/.tmp/tools" >"$work/tools.env" || return
  set -a
  . "$work/tools.env"
  set +a
}

# One attribute of the <assembly> element of an xunit result file.
count_of() { sed -n 's/.*<assembly [^>]*[ ]'"$2"'="\([0-9]*\)".*/\1/p' "$1" | head -n 1; }

# The names of the tests with one result; of skips with their reasons, of failures with the first lines of their messages.
names_of() {
  sed 's/</\n</g' "$1" | awk -v want="$2" '
    /^<test / { wanted = index($0, " result=\"" want "\"") > 0; name = $0; sub(/.* name="/, "", name); sub(/".*/, "", name); lines = 0
                if (wanted && want != "Skip") print "  " name }
    /^<reason>/ && wanted { sub(/^<reason>/, ""); print "  " name ": " $0; wanted = 0 }
    /^<message>/ && wanted { lines = 6; next }
    lines > 0 { sub(/^<!\[CDATA\[/, ""); sub(/\]\]>.*/, ""); if (/^<\//) lines = 0; else { print "      " substr($0, 1, 300); lines-- } }'
}

run_project() {
  local name=$1 xml="$work/$1.xml" code
  shift
  echo "== $name"
  dotnet "tests/$name/bin/Release/net10.0/$name.dll" -noLogo -noColor -result-xml "$xml" "$@"
  code=$?
  if [ -z "$(count_of "$xml" total 2>/dev/null)" ]; then
    echo "  $name (ended with code $code and left no results)" >>"$work/failures"
    failed=$((failed + 1))
    return
  fi
  local bad=$(($(count_of "$xml" failed) + $(count_of "$xml" errors)))
  [ "$code" -ne 0 ] && [ "$bad" -eq 0 ] && [ "$(count_of "$xml" total)" -gt 0 ] && bad=1
  passed=$((passed + $(count_of "$xml" passed)))
  failed=$((failed + bad))
  skipped=$((skipped + $(count_of "$xml" skipped)))
  names_of "$xml" Skip >>"$work/skips"
  names_of "$xml" Fail >>"$work/failures"
}

check_sdk
dotnet build -c Release --nologo -v quiet || stop_here "the build failed"
start_broker
bring_tools
for project in tests/*.Tests/; do
  run_project "$(basename "$project")" "$@"
done
"$root/tests/broker.sh" stop "$work/broker"
summary
