#!/bin/sh
# pawl's profile rt-tickets against Request Tracker 5 of Debian, as it is: plan, run with kills, again, verify, undo,
# expectations, edits of other people, and keys without the right, to which RT answers 200 and a sentence. RT's
# database must equal the ledger throughout.
#
#   sh tests/real/rt.sh              builds pawl (in build/audit) and runs it
#   PAWL=path sh tests/real/rt.sh    takes that one
#
# It needs root on Debian 12 where `request-tracker5`, `rt5-db-sqlite`, `rt5-standalone` and `stunnel4` are missing: it
# installs them. Configuration, database, logs and keys live in a temporary folder (TMPDIR), which goes away in the end
# unless KEEP=1; no service is set up, no mail leaves, and nothing listens but on loopback. Two minutes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/prepare.sh"
need request-tracker5 rt5-db-sqlite rt5-standalone stunnel4 sqlite3 python3 openssl -- \
  'request-tracker5 request-tracker5/dbconfig-install boolean false' \
  'request-tracker5 request-tracker5/handle-siteconfig-permissions boolean false' \
  'request-tracker5 request-tracker5/install-cronjobs boolean false'
find_pawl
make_work

mkdir "$work/mail"
cat > "$work/siteconfig.pm" <<CONFIG
Set(\$rtname, 'test.example');
Set(\$Organization, 'test.example');
Set(\$DatabaseType, 'SQLite');
Set(\$DatabaseName, '$work/rt.sqlite3');
Set(\$WebDomain, 'localhost');
Set(\$MailCommand, 'testfile');  # mails become files in TMPDIR
Set(\$LogToSyslog, undef);
Set(\$LogToSTDERR, 'error');
1;
CONFIG
RT_SITE_CONFIG=$work/siteconfig.pm
RT_SITE_CONFIG_DIR=/dev/null
TICKETS=100
TMPDIR=$work/mail
export RT_SITE_CONFIG RT_SITE_CONFIG_DIR TICKETS TMPDIR
make_key nobody >/dev/null

cd "$work"
echo "making a Request Tracker $(dpkg-query -W -f '${Version}' request-tracker5) in $work" >&2
{
  rt-setup-database-5 --action init --skip-create --dba ''
  perl "$here/rt_seed.pl" "$work"
} > "$work/setup.log" 2>&1 || { cat "$work/setup.log" >&2; exit 1; }
python3 -B "$here/rt.py" "$PAWL" "$work"
