#!/bin/bash
# debian-rootfs.sh DEBDIR ROOT
#
# Unpacks every package of DEBDIR into the new directory ROOT and does by hand the little that the
# packages' maintainer scripts would have done for a database server. Needs root, for ownership.
set -euo pipefail
debdir=$1 root=$2

rm -rf "$root"
mkdir -p "$root"/usr/{bin,sbin,lib,lib64}
# Merged /usr: older packages still ship files in /bin and /lib.
for dir in bin sbin lib lib64; do ln -s "usr/$dir" "$root/$dir"; done

for deb in "$debdir"/*.deb; do
  dpkg-deb --fsys-tarfile "$deb" | tar -C "$root" --keep-directory-symlink -xf - \
    --exclude='./usr/share/doc/*' --exclude='./usr/share/info/*' \
    --exclude='./usr/share/locale/*' --exclude='./usr/share/man/*' \
    --exclude='./usr/lib/*/gconv/*' \
    --exclude='*/llvmjit*' --exclude='./usr/lib/postgresql/*/lib/bitcode/*'
done

# base-passwd's users, and the servers' own under the numbers of the official images.
cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
cat >>"$root/etc/passwd" <<'USERS'
postgres:x:999:999::/var/lib/postgresql:/bin/bash
mysql:x:998:998::/var/lib/mysql:/bin/false
USERS
cat >>"$root/etc/group" <<'GROUPS'
postgres:x:999:
mysql:x:998:
GROUPS
printf 'passwd: files\ngroup: files\nhosts: files dns\n' >"$root/etc/nsswitch.conf"

mkdir -p "$root"/{dev,proc,run,sys,tmp,docker-entrypoint-initdb.d}
chmod 1777 "$root/tmp"
rm -rf "$root/var/run"
ln -s /run "$root/var/run"
install -d -o 999 -g 999 "$root"/run/postgresql "$root"/var/lib/postgresql
install -d -o 998 -g 998 "$root"/run/mysqld "$root"/var/lib/mysql "$root"/var/lib/mysql-files

# Alternatives and diversions.
ln -sf mawk "$root/usr/bin/awk"
[ -e "$root/usr/bin/sh" ] || ln -s dash "$root/usr/bin/sh"

# PostgreSQL's programs are on the path in the official images.
for program in "$root"/usr/lib/postgresql/*/bin/*; do
  [ ! -e "$program" ] || ln -sf "${program#"$root"}" "$root/usr/bin/"
done

ldconfig -r "$root"
