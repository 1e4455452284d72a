#!/bin/bash
# contract-test.sh IMAGE…
#
# Starts each image the ways tests and the official images' documentation do, and runs real queries
# in it. For whoever changes a recipe or an entrypoint; works on official images too.
set -euo pipefail

scratch=$(mktemp -d)
container=
finish() {
  [ -z "$container" ] || docker rm -f "$container" >/dev/null
  rm -rf "$scratch"
}
trap finish EXIT

# Read into the entrypoint's shell, and executed: both are part of the contract.
mkdir "$scratch/postgres" "$scratch/mysql"
echo 'CREATE TABLE from_sql (n int);' | tee "$scratch/postgres/1.sql" >"$scratch/mysql/1.sql"
# shellcheck disable=SC2016 # for the shell in the container
echo 'psql -q -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c "INSERT INTO from_sql VALUES (41)"' >"$scratch/postgres/2.sh"
# shellcheck disable=SC2016
echo 'docker_process_sql -e "INSERT INTO $MYSQL_DATABASE.from_sql VALUES (41)"' >"$scratch/mysql/2.sh"
printf '#!/bin/sh\necho executed >/tmp/executed\n' | tee "$scratch/postgres/3.sh" >"$scratch/mysql/3.sh"
chmod 755 "$scratch" "$scratch"/*
chmod 644 "$scratch"/*/[12].*
chmod 755 "$scratch"/*/3.sh

fail() {
  echo "FAILED $image: $*" >&2
  docker logs "$container" 2>&1 | tail -20 >&2
  exit 1
}

start() { # TITLE [DOCKER_OPTION…] IMAGE [ARGUMENT…]
  title=$1
  shift
  [ -z "$container" ] || docker rm -f "$container" >/dev/null
  container=$(docker run -d "$@")
  started=$(date +%s%N)
}

# wait_for CLIENT…: until the query answers, over TCP as tests connect.
wait_for() {
  for _ in $(seq 300); do
    if docker exec "$container" "$@" >/dev/null 2>&1; then
      printf '  %-28s answers after %4d ms\n' "$title" $((($(date +%s%N) - started) / 1000000))
      return
    fi
    sleep 0.05
  done
  fail "$title: no answer to: $*"
}

expect() { # EXPECTED CLIENT…
  local expected=$1 actual
  shift
  actual=$(docker exec "$container" "$@" 2>&1) || true
  [ "$actual" = "$expected" ] || fail "$title: '$expected' expected, got '$actual' from: $*"
}

expect_refusal() { # CLIENT…
  if docker exec "$container" "$@" >/dev/null 2>&1; then fail "$title: not refused: $*"; fi
}

expect_log() { # TEXT
  [[ $(docker logs "$container" 2>&1) == *"$1"* ]] || fail "$title: the log does not say '$1'"
}

expect_no_start() { # TITLE TEXT [DOCKER_OPTION…] IMAGE [ARGUMENT…]
  local text=$2
  start "$1" "${@:3}"
  [ "$(timeout 60 docker wait "$container")" != 0 ] || fail "$title: ended without an error"
  expect_log "$text"
}

test_postgres() {
  local data=/var/lib/postgresql/data query="select 40 + 2"
  case $image in *18*) data=/var/lib/postgresql ;; esac
  psql() { echo psql -h 127.0.0.1 -U "$1" -d "$2" -Atc; }
  # Over the container's own address, because 127.0.0.1 is trusted.
  # shellcheck disable=SC2016
  remote='PGPASSWORD=$1 psql -h "$HOSTNAME" -U postgres -d "$2" -Atc "select 40 + 2"'

  # shellcheck disable=SC2016
  start 'password and database' -e 'POSTGRES_PASSWORD=it'\''s "$1"' -e 'POSTGRES_DB=odd "name"' "$image"
  # shellcheck disable=SC2046,SC2016
  wait_for sh -c "$remote" - 'it'\''s "$1"' 'odd "name"'
  expect_refusal sh -c "$remote" - wrong postgres
  expect_log 'database system is ready to accept connections'

  docker restart "$container" >/dev/null
  started=$(date +%s%N) title='the same, restarted'
  # shellcheck disable=SC2016
  wait_for sh -c "$remote" - 'it'\''s "$1"' 'odd "name"'

  start 'tmpfs, durability off' --tmpfs "$data:rw" -e POSTGRES_PASSWORD=p "$image" \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off
  # shellcheck disable=SC2046
  wait_for $(psql postgres postgres) "$query"
  # shellcheck disable=SC2046
  expect off $(psql postgres postgres) 'show fsync'

  start 'trust, own user, initdb.d' -e POSTGRES_HOST_AUTH_METHOD=trust -e POSTGRES_USER=me -e POSTGRES_DB=mine \
    -v "$scratch/postgres:/docker-entrypoint-initdb.d:ro" "$image"
  # shellcheck disable=SC2046
  wait_for $(psql me mine) "$query"
  # shellcheck disable=SC2046
  expect 42 $(psql me mine) 'select n + 1 from from_sql'
  expect executed cat /tmp/executed

  expect_no_start 'no password' 'superuser password is not specified' "$image"
  start 'another command' "$image" sleep 60
  expect 7 docker-entrypoint.sh echo 7
}

test_mysql() {
  local client=$1 query='select 40 + 2'
  # Without checking the server's self-made certificate; MySQL's client does not check by default.
  local tls=()
  [ "$client" = mysql ] || tls=(--skip-ssl)
  sql() { # USER PASSWORD STATEMENT
    command=("$client" --no-defaults "${tls[@]}" -h 127.0.0.1 "-u$1" ${2:+"-p$2"} -BNe "$3")
  }

  start 'empty password' -e MYSQL_ALLOW_EMPTY_PASSWORD=1 -e MYSQL_DATABASE=test_db "$image"
  sql root '' "$query"; wait_for "${command[@]}"
  sql root '' 'use test_db; select database()'; expect test_db "${command[@]}"
  expect_log 'ready for connections'

  # shellcheck disable=SC2016
  local odd_name='odd-`name`_1' odd='it'\''s \ "$1"'
  start 'passwords, user, database' -e "MYSQL_ROOT_PASSWORD=$odd" -e "MYSQL_DATABASE=$odd_name" -e MYSQL_USER=me \
    -e "MYSQL_PASSWORD=$odd" "$image"
  sql root "$odd" "$query"; wait_for "${command[@]}"
  # shellcheck disable=SC2016
  sql me "$odd" 'use `odd-``name``_1`; create table t (n int); select 1'
  docker exec "$container" "${command[@]}" >/dev/null 2>&1 || fail "$title: the user cannot use the database"
  sql me "$odd" 'create database other'; expect_refusal "${command[@]}"
  sql root '' "$query"; expect_refusal "${command[@]}"

  docker restart "$container" >/dev/null
  started=$(date +%s%N) title='the same, restarted'
  sql root "$odd" "$query"; wait_for "${command[@]}"

  if [ "$client" = mysql ]; then
    start 'tmpfs, durability off' --tmpfs /var/lib/mysql:rw -e MYSQL_ROOT_PASSWORD=p "$image" \
      --performance-schema=OFF --skip-log-bin --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0
  else
    start 'tmpfs, durability off' --tmpfs /var/lib/mysql:rw -e MARIADB_ROOT_PASSWORD=p -e MYSQL_ROOT_PASSWORD=ignored \
      -e MARIADB_DATABASE=m "$image" --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0
  fi
  sql root p "$query"; wait_for "${command[@]}"
  sql root p 'set global max_connections = 99; select 1'
  docker exec "$container" "${command[@]}" >/dev/null 2>&1 || fail "$title: root has not every privilege"

  start 'initdb.d' -e MYSQL_ROOT_PASSWORD=p -e MYSQL_DATABASE=mine \
    -v "$scratch/mysql:/docker-entrypoint-initdb.d:ro" "$image"
  sql root p "$query"; wait_for "${command[@]}"
  expect 42 sh -c "$client --no-defaults ${tls[*]} -h 127.0.0.1 -uroot -pp -BNe 'select n + 1 from mine.from_sql' 2>/dev/null"
  expect executed cat /tmp/executed

  expect_no_start 'no password' 'password option is not specified' "$image"
  start 'another command' "$image" sleep 60
  expect 7 docker-entrypoint.sh echo 7
}

for image in "$@"; do
  echo "$image"
  case $image in
    *postgres*) test_postgres ;;
    *mariadb*) test_mysql mariadb ;;
    *mysql*) test_mysql mysql ;;
    *) echo "error: $image: the name says neither postgres, mysql nor mariadb" >&2; exit 2 ;;
  esac
done
