#!/bin/bash
# The entrypoint of PostgreSQL images built from Debian packages. Keeps the official image's contract
# (https://hub.docker.com/_/postgres) as far as tests use it: POSTGRES_PASSWORD, POSTGRES_USER,
# POSTGRES_DB, POSTGRES_INITDB_ARGS, POSTGRES_HOST_AUTH_METHOD, PGDATA, server arguments after the
# image's name, another command in their place, /docker-entrypoint-initdb.d, and the ready lines.
set -euo pipefail

template=/var/lib/postgresql-template
bin=$(echo /usr/lib/postgresql/*/bin)
major=${bin#/usr/lib/postgresql/}
major=${major%/bin}
if [ "$major" -ge 18 ]; then
  default_data=/var/lib/postgresql/$major/docker
else
  default_data=/var/lib/postgresql/data
fi
export PGDATA=${PGDATA:-$default_data}

user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}
password=${POSTGRES_PASSWORD:-}
host_auth=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}

# The server refuses to run as root.
as_postgres() { exec setpriv --reuid=postgres --regid=postgres --clear-groups "$0" "$@"; }

initialise() { # DIRECTORY USER [INITDB_ARGUMENT…]
  local directory=$1 superuser=$2
  shift 2
  initdb --pgdata="$directory" --username="$superuser" --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
    --no-sync --no-instructions "$@" >/dev/null
}

quote() { printf "'%s'" "${1//\'/\'\'}"; }
quote_name() { printf '"%s"' "${1//\"/\"\"}"; }

# Single-user mode needs no server to be started and stopped. -j: a statement ends at ";" and an
# empty line, so that a password may contain a line feed.
single_user() {
  printf '%s;\n\n' "$@" |
    postgres --single -j -D "$PGDATA" -c fsync=off -c exit_on_error=on postgres >/dev/null
}

run_init_scripts() { # [SERVER_ARGUMENT…]
  local script
  pg_ctl -D "$PGDATA" -o "$(printf '%q ' "$@" -c listen_addresses='' -p 5432)" -w start >/dev/null
  for script in /docker-entrypoint-initdb.d/*; do
    echo "$0: $script"
    # shellcheck disable=SC1090
    case $script in
      # As in the official image: executed if it can be, else read into this shell.
      *.sh) if [ -x "$script" ]; then "$script"; else . "$script"; fi ;;
      *.sql) psql -v ON_ERROR_STOP=1 --no-password --quiet -U "$user" -d "$database" -f "$script" ;;
      *) echo "$0: ignoring $script" ;;
    esac
  done
  pg_ctl -D "$PGDATA" -m fast -w stop >/dev/null
}

create_cluster() { # [SERVER_ARGUMENT…]
  if [ -z "$password" ] && [ "$host_auth" != trust ]; then
    echo 'Error: Database is uninitialized and superuser password is not specified.' >&2
    echo '       Set POSTGRES_PASSWORD, or POSTGRES_HOST_AUTH_METHOD=trust.' >&2
    exit 1
  fi
  if [ "$user" = postgres ] && [ -z "${POSTGRES_INITDB_ARGS:-}" ]; then
    cp -a "$template/." "$PGDATA/"
  else
    # shellcheck disable=SC2086 # several arguments in one variable is its contract
    initialise "$PGDATA" "$user" ${POSTGRES_INITDB_ARGS:-}
  fi
  printf '\nhost all all all %s\n' "$host_auth" >>"$PGDATA/pg_hba.conf"
  printf "\nlisten_addresses = '*'\n" >>"$PGDATA/postgresql.conf"

  local statements=()
  [ -z "$password" ] || statements+=("ALTER USER $(quote_name "$user") PASSWORD $(quote "$password")")
  [ "$database" = postgres ] || statements+=("CREATE DATABASE $(quote_name "$database")")
  [ ${#statements[@]} -eq 0 ] || single_user "${statements[@]}"

  if compgen -G '/docker-entrypoint-initdb.d/*' >/dev/null; then run_init_scripts "$@"; fi
  # The official image's init server says so on stdout, then the real one on stderr; clients that
  # wait for both lines exist.
  echo 'LOG:  database system is ready to accept connections (initialised)'
}

# Arguments alone are the server's.
if [ $# -eq 0 ] || [ "${1:0:1}" = - ]; then set -- postgres "$@"; fi

case $1 in
  postgres)
    if [ "$(id -u)" = 0 ]; then
      install -d -o postgres -g postgres -m 700 "$PGDATA"
      install -d -o postgres -g postgres /run/postgresql
      as_postgres "$@"
    fi
    [ -s "$PGDATA/PG_VERSION" ] || create_cluster "${@:2}"
    ;;
  prepare-template) # run once, when the image is built
    if [ "$(id -u)" = 0 ]; then
      install -d -o postgres -g postgres -m 700 "$template"
      as_postgres "$@"
    fi
    initialise "$template" postgres
    exit
    ;;
esac
exec "$@"
