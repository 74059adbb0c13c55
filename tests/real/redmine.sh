#!/bin/sh
# pawl's profile redmine-issues against Redmine 5 of Debian, as it is: plan, run with kills, again, verify, undo,
# expectations, comments, and keys without the right. Redmine's database must equal the ledger throughout.
#
#   sh tests/real/redmine.sh              builds pawl (in build/audit) and runs it
#   PAWL=path sh tests/real/redmine.sh    takes that one
#
# It needs root on Debian 12 where `redmine`, `redmine-sqlite`, `puma` and `stunnel4` are missing: it installs them.
# Instance, database, logs and keys live in a temporary folder (TMPDIR), which goes away in the end unless KEEP=1; no
# service is set up, and nothing listens but on loopback. Three minutes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/prepare.sh"
# The package shall make no instance and no database of its own.
need redmine redmine-sqlite puma stunnel4 sqlite3 python3 openssl -- \
  'redmine redmine/instances/default/dbconfig-install boolean false'
find_pawl
make_work

mkdir "$work/instance" "$work/instance/config" "$work/instance/log" "$work/instance/tmp" "$work/instance/files"
cat > "$work/instance/config/database.yml" <<DATABASE
production:
  adapter: sqlite3
  database: $work/redmine.sqlite3
  timeout: 20000
DATABASE
od -An -N 64 -tx1 /dev/urandom | tr -d ' \n' > "$work/instance/config/secret_key.txt"
EDITOR=$(make_key editor) COMMENTER=$(make_key commenter) READER=$(make_key reader)
make_key nobody >/dev/null
ISSUES=300
# Instances are names below /var/lib/redmine: this one leads out of it.
REDMINE_INSTANCE=../../../../../../..$work/instance
RAILS_ENV=production
REDMINE_LANG=en
SCHEMA=$work/schema.rb  # rake writes it, and would do so into /usr/share
export EDITOR COMMENTER READER ISSUES REDMINE_INSTANCE RAILS_ENV REDMINE_LANG SCHEMA

cd /usr/share/redmine
echo "making a Redmine $(dpkg-query -W -f '${Version}' redmine) in $work" >&2
{
  bin/rake db:migrate
  bin/rake redmine:load_default_data
  bin/rails runner "$here/redmine_seed.rb"
} > "$work/setup.log" 2>&1 || { cat "$work/setup.log" >&2; exit 1; }

cd "$work"
python3 -B "$here/redmine.py" "$PAWL" "$work"
