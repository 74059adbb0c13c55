#!/bin/sh
# Redmine 5 from Debian's packages, 300 issues, and a run of pawl over them that is killed twice and that loses its
# server once. Then the ledger must equal Redmine's database, row by row, and no comment may stand there twice.
#
#   sh tests/real/redmine.sh              builds pawl (in build/audit) and runs it
#   PAWL=path sh tests/real/redmine.sh    takes that one
#
# It needs root on Debian 12: `redmine`, `redmine-sqlite` and `puma` are installed where they are missing. Instance,
# database, logs and keys live in a temporary folder (TMPDIR), which goes away in the end unless KEEP=1; no service
# is set up, and nothing listens but on loopback. One to two minutes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

if ! [ -d /usr/share/redmine ] || ! command -v puma >/dev/null || ! command -v sqlite3 >/dev/null; then
  # The package shall make no instance and no database of its own.
  echo 'redmine redmine/instances/default/dbconfig-install boolean false' | debconf-set-selections
  DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redmine redmine-sqlite puma sqlite3 \
    python3 >&2
fi
if [ -z "${PAWL-}" ]; then
  . "$root/cli/packages.sh"
  install_packages
  (cd "$root" && cmake --preset release -B build/audit -DPAWL_TESTS=ON >/dev/null &&
    cmake --build build/audit --parallel 2 --target pawl) >&2
  PAWL=$root/build/audit/bin/pawl
fi
PAWL=$(realpath "$PAWL")

work=$(mktemp -d)
trap 'if [ -n "${KEEP-}" ]; then echo "kept: $work" >&2; else rm -rf "$work"; fi' EXIT
mkdir "$work/instance" "$work/instance/config" "$work/instance/log" "$work/instance/tmp" "$work/instance/files"
cat > "$work/instance/config/database.yml" <<DATABASE
production:
  adapter: sqlite3
  database: $work/redmine.sqlite3
  timeout: 20000
DATABASE
od -An -N 64 -tx1 /dev/urandom | tr -d ' \n' > "$work/instance/config/secret_key.txt"
KEY=$(od -An -N 20 -tx1 /dev/urandom | tr -d ' \n')
ISSUES=300
# Instances are names below /var/lib/redmine: this one leads out of it.
REDMINE_INSTANCE=../../../../../../..$work/instance
RAILS_ENV=production
REDMINE_LANG=en
SCHEMA=$work/schema.rb  # rake writes it, and would do so into /usr/share
export KEY ISSUES REDMINE_INSTANCE RAILS_ENV REDMINE_LANG SCHEMA

cd /usr/share/redmine
echo "making a Redmine in $work" >&2
{
  bin/rake db:migrate
  bin/rake redmine:load_default_data
  bin/rails runner "$here/redmine_seed.rb"
} > "$work/setup.log" 2>&1 || { cat "$work/setup.log" >&2; exit 1; }

cd "$work"
python3 -B "$here/redmine.py" "$PAWL" "$work"
