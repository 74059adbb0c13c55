#!/bin/sh
# pawl at work in one command, on a fresh Debian 12 with nothing but git: installs packages, builds, starts the
# sandbox, retags 300 threads at 50 writes a second, shows what the ledger knows, and stops everything.
set -eu
cd "$(dirname "$0")/.."
. ./cli/packages.sh

install_packages
build_preset release pawl pawl-sandbox pawl-rehearse

work=$(mktemp -d)
sandbox=
stop() {
  if [ -n "$sandbox" ]; then
    kill "$sandbox" 2>/dev/null || true
    wait "$sandbox" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf '\n== %s\n' "$*"; }

say "A sandbox that behaves as the Productlane API: 300 threads, 50 writes a second"
build/release/bin/pawl-sandbox --threads 300 --write-limit 50/1s --max-seconds 120 \
  --ca-out "$work/ca.pem" > "$work/ready.json" &
sandbox=$!
tries=0
until [ -s "$work/ready.json" ]; do
  tries=$((tries + 1))
  if [ "$tries" -gt 100 ] || ! kill -0 "$sandbox" 2>/dev/null; then
    echo "the sandbox did not start" >&2
    exit 1
  fi
  sleep 0.1
done
url=$(sed -n 's/.*"base_url": *"\([^"]*\)".*/\1/p' "$work/ready.json")
echo "$url"

say "A CSV with an id and the new tags for each thread"
awk 'BEGIN {
  print "id,tag_ids,title,_note"
  for (i = 1; i <= 300; i++) {
    title = sprintf("\"Feedback %d: \"\"great\"\", they said 🚀\"", i)
    printf "thr_%06d,tag_migrated;tag_team_%d,%s,from the old system\n", i, i % 5, title
  }
}' > "$work/retag.csv"
head -n 4 "$work/retag.csv"

say "pawl run retag.csv"
# The key that the sandbox knows; a real one goes into the same variable.
PRODUCTLANE_API_KEY=pl_v2_sandbox_0123456789abcdefghij
export PRODUCTLANE_API_KEY
pawl=$PWD/build/release/bin/pawl
cd "$work"
"$pawl" run retag.csv --base-url "$url" --ca-file ca.pem --token-env PRODUCTLANE_API_KEY \
  --rate 50/s --state-dir state --summary summary.json

say "The same command again: nothing is left to do"
"$pawl" run retag.csv --base-url "$url" --ca-file ca.pem --token-env PRODUCTLANE_API_KEY \
  --rate 50/s --state-dir state

say "pawl status retag.csv.ledger"
"$pawl" status retag.csv.ledger

say "pawl export retag.csv.ledger | head -n 4"
"$pawl" export retag.csv.ledger | head -n 4

say "summary.json"
cat summary.json
