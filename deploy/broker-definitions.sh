#!/usr/bin/env bash
# Writes the file that the broker loads at every start: the topology of rabbitmq-definitions.json, and the users with the passwords of the environment. RabbitMQ
# puts back what its definitions say whenever it starts, so the passwords have to be in them: one set by `rabbitmqctl change_password` alone lasts until then.
#
#   SETTLEMENT_PASSWORD=… AGENT_PASSWORD=… CONSOLE_PASSWORD=… GATEWAY_PASSWORD=… deploy/broker-definitions.sh FILE
#
# A password may also be in a file: SETTLEMENT_PASSWORD_FILE=/run/secrets/settlement-password, and so on. A newline at its end does not count. A user without
# a password is not written. The file that is made holds salted hashes and is for its owner's eyes only.
set -euo pipefail

file=${1:?usage: broker-definitions.sh FILE}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# name, what it may configure, write and read: texts as JSON has them.
rights() {
  cat <<'END'
settlement ^((usage-events|billing-commands)(_error)?|billing-notices)$ ^((usage-events|billing-commands)(_error)?|billing-notices)$ ^(usage-events|billing-commands)(_error)?$
agent ^$ ^usage-events$ ^$
console ^$ ^billing-commands$ ^$
gateway ^gateway\\. ^gateway\\. ^(gateway\\..*|billing-notices)$
END
}

bytes_of() { printf %b "$(sed 's/../\\x&/g' <<<"$1")"; }

# RabbitMQ's rabbit_password_hashing_sha256: four bytes of salt, then the hash of salt and password.
hash_of() {
  local salt hash
  salt=$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')
  hash=$({ bytes_of "$salt"; printf %s "$1"; } | sha256sum | cut -c1-64)
  bytes_of "$salt$hash" | base64 -w0
}

password_of() {
  local variable=${1^^}_PASSWORD file=${1^^}_PASSWORD_FILE
  if [ -n "${!file:-}" ]; then cat "${!file}"; else printf %s "${!variable:-}"; fi
}

users() {
  local name configure write read password users="" permissions=""
  while read -r name configure write read; do
    password=$(password_of "$name")
    [ -n "$password" ] || { echo "${name^^}_PASSWORD is not set: no user $name" >&2; continue; }
    users+=",
    { \"name\": \"$name\", \"password_hash\": \"$(hash_of "$password")\", \"hashing_algorithm\": \"rabbit_password_hashing_sha256\", \"tags\": [] }"
    permissions+=",
    { \"user\": \"$name\", \"vhost\": \"/\", \"configure\": \"$configure\", \"write\": \"$write\", \"read\": \"$read\" }"
  done < <(rights)
  printf '{\n  "users": [%s\n  ],\n  "permissions": [%s\n  ],\n' "${users#,}" "${permissions#,}"
}

umask 077
mkdir -p "$(dirname "$file")"
users >"$file.new"
tail -n +2 "$here/rabbitmq-definitions.json" >>"$file.new"     # behind its opening brace
# Root writes for the user that the broker runs as.
if [ "$(id -u)" -eq 0 ] && id rabbitmq >/dev/null 2>&1; then chown rabbitmq "$file.new"; fi
# Never half a file: the broker does not start on one.
mv "$file.new" "$file"
