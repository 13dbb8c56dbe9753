#!/usr/bin/env bash
# Makes the database `settlement`, the roles of sqlserver-roles.sql and two logins: settlement-migrator and settlement-worker. A repeat changes nothing, but it
# gives the logins the passwords of the files again. It runs before `settlement migrate`, and after it for the rights on the new tables.
#
#   SQLCMDSERVER=host SQLCMDUSER=sa SA_PASSWORD_FILE=… WORKER_PASSWORD_FILE=… MIGRATOR_PASSWORD_FILE=… deploy/sqlserver-setup.sh
#
# No password is an argument of a program: arguments can be seen in the list of processes.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=$PATH:/opt/mssql-tools18/bin
SQLCMDPASSWORD=$(cat "${SA_PASSWORD_FILE:?}")
export SQLCMDPASSWORD

# A T-SQL text: quotes are doubled.
text() { printf "N'%s'" "$(sed "s/'/''/g" "$1")"; }

login() {
  local name=$1 password
  password=$(text "$2")
  cat <<SQL
IF SUSER_ID(N'$name') IS NULL
    CREATE LOGIN [$name] WITH PASSWORD = $password, DEFAULT_DATABASE = [settlement];
ELSE
    ALTER LOGIN [$name] WITH PASSWORD = $password;
GO
SQL
}

user() {
  cat <<SQL
IF DATABASE_PRINCIPAL_ID(N'$1') IS NULL
    CREATE USER [$1] FOR LOGIN [$1];
ALTER ROLE [$2] ADD MEMBER [$1];
GO
SQL
}

# -b: an error is an exit code. -C: the server's certificate is its own. -I: quotes as the tables want them. -x: no $(…) in what it reads.
run() { sqlcmd -b -C -I -x "$@"; }

{
  printf "IF DB_ID(N'settlement') IS NULL CREATE DATABASE [settlement];\nGO\n"
  login settlement-migrator "${MIGRATOR_PASSWORD_FILE:?}"
  login settlement-worker "${WORKER_PASSWORD_FILE:?}"
} | run -d master
{
  cat "$here/sqlserver-roles.sql"
  user settlement-migrator settlement_migrator
  user settlement-worker settlement_worker
} | run -d settlement
