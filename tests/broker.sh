#!/usr/bin/env bash
# A private RabbitMQ node for the tests: own name, ports and directories, loopback only, its own epmd.
#
#   tests/broker.sh start DIR [CONF]   prints SETTLEMENT_TEST_RABBITMQ=amqp://… and SETTLEMENT_TEST_RABBITMQCTL=DIR/rabbitmqctl; the lines of the file CONF are
#                                      added to the node's rabbitmq.conf; a node that was stopped starts again with its name, port and data
#   tests/broker.sh stop DIR           stops what `start DIR` started, by process id, and nothing else
set -u

fail() { echo "broker.sh: $*" >&2; exit 1; }

# The Debian wrappers in /usr/sbin change user and directory, so the scripts behind them are called.
scripts_dir() {
  local found
  for found in "${RABBITMQ_HOME:+$RABBITMQ_HOME/sbin}" /usr/lib/rabbitmq/bin \
    "$(dirname "$(readlink -f "$(command -v rabbitmq-server || echo /none/none)")")"; do
    [ -n "$found" ] && [ -x "$found/rabbitmq-server" ] && [ -f "$found/rabbitmq-env" ] && { echo "$found"; return; }
  done
  fail "rabbitmq-server is not installed"
}

# Below the range from which the system itself hands out ports.
free_port() {
  local port try
  for try in $(seq 50); do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
  fail "no free port"
}

alive() { kill -0 "$1" 2>/dev/null && [ "$(cut -d' ' -f3 "/proc/$1/stat" 2>/dev/null)" != Z ]; }

# A process id may have been used again since: the process must carry our node's name in its environment.
ours() { alive "$1" && { tr '\0' '\n' <"/proc/$1/environ"; } 2>/dev/null | grep -qxF "RABBITMQ_NODENAME=$RABBITMQ_NODENAME"; }

end_process() {
  local pid try
  [ -s "$1" ] && pid=$(cat "$1") && ours "$pid" || return 0
  kill -TERM "$pid" 2>/dev/null
  for try in $(seq 150); do ours "$pid" || return 0; sleep 0.1; done
  kill -KILL "$pid" 2>/dev/null
}

write_node() {
  local dir=$1 scripts=$2 conf=$3 name="settlement-$$-$RANDOM@localhost" port dist epmd
  port=$(free_port) dist=$(free_port) epmd=$(free_port)
  mkdir -p "$dir/home" "$dir/mnesia" "$dir/log" || fail "cannot write to $dir"
  printf '%s\n' "listeners.tcp.1 = 127.0.0.1:$port" "loopback_users.guest = true" "log.console = false" \
    "disk_free_limit.absolute = 50MB" >"$dir/rabbitmq.conf"
  [ -z "$conf" ] || cat "$conf" >>"$dir/rabbitmq.conf" || fail "cannot read $conf"
  echo '[].' >"$dir/enabled_plugins"
  cat >"$dir/env" <<END
export HOME='$dir/home' LC_ALL=C.UTF-8
export ERL_EPMD_PORT=$epmd ERL_EPMD_ADDRESS=127.0.0.1
export RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_NODENAME='$name' RABBITMQ_CONFIG_FILE='$dir/rabbitmq.conf'
export RABBITMQ_ADVANCED_CONFIG_FILE='$dir/none.config' RABBITMQ_ENABLED_PLUGINS_FILE='$dir/enabled_plugins'
export RABBITMQ_MNESIA_BASE='$dir/mnesia' RABBITMQ_LOG_BASE='$dir/log' RABBITMQ_PID_FILE='$dir/node.pid'
export RABBITMQ_DIST_PORT=$dist RABBITMQ_SCRIPTS='$scripts' SETTLEMENT_TEST_PORT=$port
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
export RABBITMQ_CTL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
unset RABBITMQ_NODE_PORT RABBITMQ_NODE_IP_ADDRESS RABBITMQ_LOGS RABBITMQ_USE_LONGNAME RABBITMQ_MNESIA_DIR RABBITMQ_PLUGINS_DIR
END
  printf '#!/bin/sh\n. "%s/env"\nexec "$RABBITMQ_SCRIPTS/rabbitmqctl" "$@"\n' "$dir" >"$dir/rabbitmqctl"
  chmod +x "$dir/rabbitmqctl"
}

start() {
  local dir=$1 conf=$2 scripts epmd_pid try
  [ -s "$dir/server.pid" ] && fail "$dir already holds a node: stop it first"
  scripts=$(scripts_dir) || exit 1
  mkdir -p "$dir" && dir=$(cd "$dir" && pwd) || fail "cannot write to $dir"
  [ -e "$dir/env" ] || write_node "$dir" "$scripts" "$conf"
  . "$dir/env"
  ulimit -n 65536 2>/dev/null || true

  setsid epmd -port "$ERL_EPMD_PORT" -address 127.0.0.1 </dev/null >"$dir/log/epmd.log" 2>&1 &
  epmd_pid=$!
  echo "$epmd_pid" >"$dir/epmd.pid"
  (cd "$dir" && exec setsid "$scripts/rabbitmq-server") </dev/null >"$dir/log/start.log" 2>&1 &
  echo $! >"$dir/server.pid"

  for try in $(seq 240); do
    alive "$(cat "$dir/server.pid")" || break
    if (exec 3<>"/dev/tcp/127.0.0.1/$SETTLEMENT_TEST_PORT") 2>/dev/null \
      && "$dir/rabbitmqctl" -q await_startup --timeout 60 >"$dir/log/await.log" 2>&1; then
      echo "SETTLEMENT_TEST_RABBITMQ=amqp://guest:guest@127.0.0.1:$SETTLEMENT_TEST_PORT/"
      echo "SETTLEMENT_TEST_RABBITMQCTL=$dir/rabbitmqctl"
      return 0
    fi
    sleep 0.25
  done
  tail -n 40 "$dir/log/start.log" "$dir"/log/*@localhost.log "$dir/log/await.log" >&2 2>/dev/null
  stop "$dir"
  fail "the node did not start; see above"
}

stop() {
  local dir=$1
  [ -e "$dir/env" ] || return 0
  . "$dir/env"
  end_process "$dir/node.pid"
  end_process "$dir/server.pid"
  end_process "$dir/epmd.pid"
  rm -f "$dir/node.pid" "$dir/server.pid" "$dir/epmd.pid"
}

usage="usage: broker.sh start DIR [CONF] | stop DIR"
[ $# -ge 2 ] || fail "$usage"
case $1 in
  start) start "$2" "${3:-}" ;;
  stop) stop "$2" ;;
  *) fail "$usage" ;;
esac
