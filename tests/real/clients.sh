#!/bin/sh
# HubSpot and Intercom: their OpenAPI descriptions stand in no package of npm or Debian, but the clients that they
# generate from them do. pawl runs against pawl-sandbox, and every request that it sends is held against what the
# vendor's own client sends for the same update, read or page, and every body of a write against the client's types.
#
#   sh tests/real/clients.sh              builds pawl and pawl-sandbox (in build/audit) and runs them
#   PAWL=path sh tests/real/clients.sh    takes that one, and the pawl-sandbox beside it
#
# It needs node 20 and npm (root on Debian, where they are missing), and installs the packages below into
# build/real-clients (100 MB). All else lives in a temporary folder (TMPDIR), which goes away in the end unless KEEP=1;
# nothing listens but on loopback. Half a minute.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/prepare.sh"
command -v npm >/dev/null || need nodejs npm
need python3 openssl
targets='pawl pawl-sandbox'
find_pawl
make_work

install_npm real-clients @hubspot/api-client@14.0.1 intercom-client@7.0.3 typescript@5.9.2
make_key editor >/dev/null
cd "$work"
python3 -B "$here/clients.py" "$PAWL" "$work" "$modules"
