#!/bin/bash
# build.sh NAME:VERSION IMAGE WORKDIR
#
# Builds the recipe recipes/NAME-VERSION from Debian packages and tags the result IMAGE. Needs root,
# apt-get and a Docker engine; no image registry. WORKDIR keeps apt's indexes between builds.
# The tag moves only when everything has worked, so a failed build leaves an older image in place.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

if [ $# -ne 3 ]; then
  echo 'usage: build.sh NAME:VERSION IMAGE WORKDIR' >&2
  exit 2
fi
name=${1%%:*} version=${1#*:} image=$2 workdir=$3

# A recipe sets these three.
suite='' family='' packages=()
# shellcheck source-path=SCRIPTDIR source=recipes/postgres-15
source "$here/recipes/$name-$version"

case $family in
  postgres) entrypoint=postgres-entrypoint.sh command=postgres port=5432 stop_signal=SIGINT ;;
  mysql) entrypoint=mysql-entrypoint.sh command=mysqld port=3306 stop_signal=SIGTERM ;;
  mariadb) entrypoint=mysql-entrypoint.sh command=mariadbd port=3306 stop_signal=SIGTERM ;;
  *) echo "error: recipe $name-$version: unknown family '$family'" >&2; exit 2 ;;
esac

# What entrypoints and initdb.d scripts run. Everything else comes as a dependency of the server.
tools=(base-files base-passwd bash coreutils dash grep libc-bin mawk sed tzdata util-linux)

mkdir -p "$workdir"
# Two builds at a time would fight over apt's lists.
exec 9>"$workdir/lock"
flock 9

debs=$workdir/debs root=$workdir/root container='' bare=''
cleanup() {
  rm -rf "$debs" "$root"
  [ -z "$container" ] || docker rm -f "$container" >/dev/null
  [ -z "$bare" ] || docker rmi "$bare" >/dev/null
}
trap cleanup EXIT
cleanup

"$here/debian-packages.sh" "$suite" "$workdir/apt-$suite" "$debs" "${packages[@]}" "${tools[@]}"

# A moving suite (sid) may have gone on to another version; an image must be what its name says.
found=$(dpkg-deb --field "$debs/${packages[0]}"_*.deb Version)
case ${found#*:} in
  "$version"[.-]*) ;;
  *) echo "error: Debian $suite has ${packages[0]} $found, and $image must be $version" >&2; exit 1 ;;
esac

"$here/debian-rootfs.sh" "$debs" "$root"
install -D -m755 "$here/$entrypoint" "$root/usr/local/bin/docker-entrypoint.sh"

config=(
  --change 'ENTRYPOINT ["docker-entrypoint.sh"]'
  --change "CMD [\"$command\"]"
  --change "EXPOSE $port"
  --change 'ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
  --change 'ENV LANG=C.UTF-8'
  --change "LABEL org.opencontainers.image.description=\"$name $found from Debian $suite, built by cargo xtask images\""
)
bare=$(tar -C "$root" --numeric-owner --sort=name -cf - . | docker import "${config[@]}" -)

# Initialising a data directory takes most of a server's first start (3 of 6 seconds for MySQL), so
# it is done once, here; the entrypoint copies it.
# (The stop signal goes in here because older engines take no STOPSIGNAL in --change.)
container=$(docker create --stop-signal "$stop_signal" "$bare" prepare-template)
docker start --attach "$container" >"$workdir/template.log" 2>&1 ||
  { cat "$workdir/template.log" >&2; echo "error: $image: the data directory could not be prepared" >&2; exit 1; }
docker commit "${config[@]}" "$container" "$image" >/dev/null
bare='' # from here on it is the image's lower layer
echo "$image: $name $found from Debian $suite"
