#!/bin/bash
# debian-packages.sh SUITE APTDIR DEBDIR PACKAGE…
#
# Downloads the packages and what they need at run time from a Debian suite into DEBDIR, whatever
# suite this machine itself runs. apt resolves against an empty system kept in APTDIR, with the
# machine's own mirror, proxy and Debian's archive keys; nothing is installed.
set -euo pipefail
suite=$1 aptdir=$2 debdir=$3
shift 3

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
if [ ! -e "$keyring" ]; then
  echo "error: $keyring is missing: Debian's packages cannot be verified without Debian's keys." >&2
  echo '       Install it with: apt-get install debian-archive-keyring (Ubuntu has it too)' >&2
  exit 1
fi

# mirror LABEL: the first repository of that Release label which Debian itself signed. apt is asked
# because it reads every format and place that sources can have; labels are known once it has
# fetched indexes.
mirror() {
  # shellcheck disable=SC2016 # apt's variables
  apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)' 'Created-By: Packages' |
    awk -F'|' -v label="$1" '$1 == "Debian" && $2 == label && $3 == "main" && !uri { uri = $4 } END { print uri }'
}

main=$(mirror Debian)
if [ -z "$main" ] && grep -qs '^ID=debian$' /etc/os-release; then
  # A third-party source that does not answer fails the update, but not Debian's own part of it.
  apt-get -q update >/dev/null 2>&1 || true
  main=$(mirror Debian)
fi
security=$(mirror Debian-Security)
# Other distributions with apt have no Debian mirror configured.
main=${main:-http://deb.debian.org/debian}
security=${security:-http://deb.debian.org/debian-security}

stanza() { printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n\n' "$1" "$2" "$keyring"; }
mkdir -p "$aptdir"/{sources,state/lists/partial,cache/archives/partial}
{
  stanza "$main" "$suite"
  # sid is fixed in place and has no security suite.
  [ "$suite" = sid ] || stanza "$security" "$suite-security"
} >"$aptdir/sources/debian.sources"
: >"$aptdir/status"

apt=(
  apt-get -q
  -o Dir::Etc::SourceList=/dev/null
  -o Dir::Etc::SourceParts="$aptdir/sources"
  -o Dir::Etc::Preferences=/dev/null
  -o Dir::Etc::PreferencesParts=/dev/null
  -o Dir::State="$aptdir/state"
  -o Dir::State::status="$aptdir/status"
  -o Dir::Cache="$aptdir/cache"
  -o APT::Architectures="$(dpkg --print-architecture)"
  -o APT::Install-Recommends=0
  -o APT::Default-Release=
  # The download user _apt need not be able to reach APTDIR.
  -o APT::Sandbox::User=root
  -o Acquire::Languages=none
  -o Acquire::Retries=2
  -o Acquire::http::Timeout=30
  -o Acquire::https::Timeout=30
)

# apt prints much and says little; its output is shown when it fails.
quietly() { "$@" >"$aptdir/log" 2>&1 || { cat "$aptdir/log" >&2; return 1; }; }

# Dependencies that no server process loads or runs; they are two thirds of the closure.
unneeded=(
  # maintainer scripts, which are not run
  'adduser' 'debconf.*' 'dpkg' 'init-system-helpers' 'lsb-base' 'passwd' 'perl' 'perl-.*' 'libperl.*'
  'lib.*-perl' 'sensible-utils' 'sysvinit-utils' 'ucf' 'usrmerge' 'util-linux-extra' 'libpam-.*' 'libsem.*' 'libsepol.*'
  # Debian's management of several clusters, services and certificates
  'openssl' 'postgresql-client-common' 'postgresql-common.*' 'ssl-cert' 'systemd.*'
  # the JIT compiler of PostgreSQL (half of its size)
  'libllvm.*' 'libz3-4'
  # replication and its helpers
  'galera.*' 'gawk' 'iproute2' 'lsof' 'procps' 'psmisc' 'rsync' 'socat' 'tar'
  # locales other than C.UTF-8, which libc itself contains
  'libc-l10n' 'locales.*'
)
pattern=$(IFS='|'; echo "${unneeded[*]}")

quietly "${apt[@]}" update --error-on=any
quietly "${apt[@]}" install --simulate "$@"
mapfile -t needed < <(awk '/^Inst /{ print $2 }' "$aptdir/log" | grep -Evx "$pattern")

rm -rf "$debdir"
mkdir -p "$debdir"
cd "$debdir"
quietly "${apt[@]}" download "${needed[@]}"
