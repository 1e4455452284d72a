#!/bin/bash
# The entrypoint of MySQL and MariaDB images built from Debian packages. Keeps the official images'
# contract (https://hub.docker.com/_/mysql, …/_/mariadb) as far as tests use it: MYSQL_ROOT_PASSWORD,
# _ALLOW_EMPTY_PASSWORD, _RANDOM_ROOT_PASSWORD, _ROOT_HOST, _DATABASE, _USER, _PASSWORD (for MariaDB
# also as MARIADB_…, which wins), server arguments after the image's name, another command in their
# place, /docker-entrypoint-initdb.d, and the ready lines of the server.
set -euo pipefail

template=/var/lib/mysql-template
socket=/run/mysqld/mysqld.sock
if [ -x /usr/sbin/mariadbd ]; then
  server=mariadbd client=mariadb
  setting() { local maria=MARIADB_$1 mysql=MYSQL_$1; printf %s "${!maria:-${!mysql:-}}"; }
else
  server=mysqld client=mysql
  setting() { local mysql=MYSQL_$1; printf %s "${!mysql:-}"; }
fi

data=/var/lib/mysql
for argument in "$@"; do
  case $argument in --datadir=*) data=${argument#--datadir=} ;; esac
done

# The server refuses to run as root.
as_mysql() { exec setpriv --reuid=mysql --regid=mysql --clear-groups "$0" "$@"; }

# Debian's own configuration is made for a machine's one server, and is not installed completely.
serve() { # [SERVER_ARGUMENT…]
  exec "/usr/sbin/$server" --no-defaults --datadir="$data" --socket="$socket" \
    --pid-file=/run/mysqld/mysqld.pid --port=3306 --bind-address='*' "$@"
}

# The smallest redo log: it is copied with the template, and the server enlarges it when it must.
initialise() { # DIRECTORY
  if [ "$server" = mariadbd ]; then
    mariadb-install-db --no-defaults --datadir="$1" --auth-root-authentication-method=normal \
      --skip-test-db --skip-name-resolve --innodb-log-file-size=8M
  else
    mysqld --no-defaults --datadir="$1" --initialize-insecure --innodb-redo-log-capacity=8M
    # Every server makes its own UUID.
    rm -f "$1/auto.cnf"
  fi
}

quote() {
  local text=${1//\\/\\\\}
  printf "'%s'" "${text//\'/\'\'}"
}
# shellcheck disable=SC2016 # MySQL's quotation marks
quote_name() { printf '`%s`' "${1//\`/\`\`}"; }

# The statements that make the accounts and database asked for, one a line as --init-file wants.
account_sql() { # ROOT_PASSWORD
  local host database user password
  host=$(setting ROOT_HOST)
  database=$(setting DATABASE)
  user=$(setting USER)
  password=$(setting PASSWORD)
  host=$(quote "${host:-%}")
  echo "ALTER USER 'root'@'localhost' IDENTIFIED BY $(quote "$1");"
  echo "CREATE USER IF NOT EXISTS 'root'@$host IDENTIFIED BY $(quote "$1");"
  echo "GRANT ALL ON *.* TO 'root'@$host WITH GRANT OPTION;"
  if [ -n "$database" ]; then echo "CREATE DATABASE IF NOT EXISTS $(quote_name "$database");"; fi
  if [ -n "$user" ]; then
    echo "CREATE USER IF NOT EXISTS $(quote "$user")@'%' IDENTIFIED BY $(quote "$password");"
    # "_" is a wildcard in the name of a GRANT.
    if [ -n "$database" ]; then echo "GRANT ALL ON $(quote_name "${database//_/\\_}").* TO $(quote "$user")@'%';"; fi
  fi
}

run_init_scripts() { # ROOT_PASSWORD INIT_FILE [SERVER_ARGUMENT…]
  local password=$1 init_file=$2 script pid database
  shift 2
  database=$(setting DATABASE)
  (serve --skip-networking --init-file="$init_file" "$@") &
  pid=$!
  # Named as in the official image, whose scripts use it.
  docker_process_sql() { MYSQL_PWD=$password "$client" --no-defaults -uroot --socket="$socket" "$@"; }
  until docker_process_sql -e 'select 1' >/dev/null 2>&1; do
    kill -0 "$pid" 2>/dev/null || { echo '[ERROR] [Entrypoint]: the server ended during initialisation' >&2; exit 1; }
    sleep 0.1
  done
  for script in /docker-entrypoint-initdb.d/*; do
    echo "[Note] [Entrypoint]: $script"
    # shellcheck disable=SC1090
    case $script in
      # As in the official images: executed if it can be, else read into this shell.
      *.sh) if [ -x "$script" ]; then "$script"; else . "$script"; fi ;;
      *.sql) docker_process_sql ${database:+"$database"} <"$script" ;;
      *) echo "[Note] [Entrypoint]: ignoring $script" ;;
    esac
  done
  kill "$pid"
  wait "$pid" || true
}

create_database() { # [SERVER_ARGUMENT…]
  local password allow_empty random
  password=$(setting ROOT_PASSWORD)
  allow_empty=$(setting ALLOW_EMPTY_PASSWORD)$(setting ALLOW_EMPTY_ROOT_PASSWORD)
  random=$(setting RANDOM_ROOT_PASSWORD)
  if [ -z "$password$allow_empty$random" ]; then
    echo '[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified' >&2
    echo '    Set one of MYSQL_ROOT_PASSWORD, MYSQL_ALLOW_EMPTY_PASSWORD, MYSQL_RANDOM_ROOT_PASSWORD' >&2
    exit 1
  fi
  if [ -z "$password" ] && [ -n "$random" ]; then
    password=$(head -c 18 /dev/urandom | base64)
    echo "[Note] [Entrypoint]: GENERATED ROOT PASSWORD: $password"
  fi
  cp -a "$template/." "$data/"

  local init_file=/run/mysqld/init.sql
  (umask 077 && account_sql "$password" >"$init_file")
  if compgen -G '/docker-entrypoint-initdb.d/*' >/dev/null; then
    run_init_scripts "$password" "$init_file" "$@"
    rm "$init_file"
    serve "$@"
  fi
  # Without scripts to run before the first client comes, one start of the server is enough.
  serve --init-file="$init_file" "$@"
}

# Arguments alone are the server's; both names are used for MariaDB's.
if [ $# -eq 0 ] || [ "${1:0:1}" = - ]; then set -- "$server" "$@"; fi

case $1 in
  mysqld | mariadbd)
    if [ "$(id -u)" = 0 ]; then
      install -d -o mysql -g mysql "$data" /run/mysqld
      as_mysql "$@"
    fi
    shift
    [ -d "$data/mysql" ] || create_database "$@"
    serve "$@"
    ;;
  prepare-template) # run once, when the image is built
    if [ "$(id -u)" = 0 ]; then
      install -d -o mysql -g mysql "$template"
      as_mysql "$@"
    fi
    initialise "$template"
    exit
    ;;
esac
exec "$@"
