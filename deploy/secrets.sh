#!/usr/bin/env bash
# Makes the files of secrets that compose.yaml and compose.sqlite.yaml mount: random passwords, a token, two connection strings. What is there already stays.
#
#   deploy/secrets.sh [FOLDER]      FOLDER is deploy/secrets unless it is given
#
# Only you can open the folder. The files in it can be read by everybody, because users of containers, whose numbers are unknown here, read them through a mount.
set -euo pipefail

folder=${1:-$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/secrets}
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"

# Letters and digits, some 190 bits. It begins with one of each kind that SQL Server wants.
random() { printf 'Aa1%s' "$(od -An -v -N64 -tx1 /dev/urandom | tr -d ' \n' | sha256sum | cut -c1-48)"; }

put() {
  [ -s "$1" ] && return
  printf '%s\n' "$2" >"$1.new"
  chmod 444 "$1.new"
  mv "$1.new" "$1"
  echo "made $1" >&2
}

connection() {
  printf 'Server=sqlserver,1433;Database=settlement;User ID=%s;Password=%s;Encrypt=Mandatory;TrustServerCertificate=True' "$1" "$(cat "$2")"
}

# The broker's users (deploy/broker-definitions.sh), the worker's HTTP token, and what only compose.yaml uses.
for name in settlement-password agent-password console-password gateway-password http-token \
  grafana-password sqlserver-sa-password sqlserver-worker-password sqlserver-migrator-password; do
  put "$name" "$(random)"
done
put worker-connection "$(connection settlement-worker sqlserver-worker-password)"
put migrator-connection "$(connection settlement-migrator sqlserver-migrator-password)"
