#!/bin/sh
# pawl's profile github-issues through Prism, which holds every request and every reply against GitHub's own OpenAPI
# description, with a stub behind it that keeps the issues. One request that the description does not allow fails this.
#
#   sh tests/real/github.sh              builds pawl (in build/audit) and runs it
#   PAWL=path sh tests/real/github.sh    takes that one
#
# It needs node 20 and npm (root on Debian, where they are missing), and installs the packages below into build/real-npm
# (500 MB). All else lives in a temporary folder (TMPDIR), which goes away in the end unless KEEP=1; nothing listens but
# on loopback. Three minutes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/prepare.sh"
command -v npm >/dev/null || need nodejs npm
need python3 openssl
find_pawl
make_work

install_npm real-npm @stoplight/prism-cli@5.14.2 @octokit/openapi@23.0.2
EDITOR=$(make_key editor) READER=$(make_key reader)
export EDITOR READER
cd "$work"
python3 -B "$here/github.py" "$PAWL" "$work" "$modules"
