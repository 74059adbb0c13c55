#!/bin/sh
# pawl beside other HTTP clients, on this machine, in one run: CPU time for each update, updates a second, peak memory.
# Installs what it needs with apt-get and npm (undici, into build/peers), builds pawl and the small clients, starts
# nginx on core 0, pins each client to core 1, stops everything when it ends. Arguments go to compare.py (--help).
set -eu
cd "$(dirname "$0")/../.."
. ./cli/packages.sh

packages="$packages nginx-light libnginx-mod-http-echo wrk nghttp2-client curl golang-go python3-aiohttp openssl"
command -v nginx >/dev/null && packages=$(echo "$packages" | sed 's/nginx-light//')
command -v node >/dev/null || packages="$packages nodejs"
command -v npm >/dev/null || packages="$packages npm"
install_packages
build_preset release pawl

built=build/peers
mkdir -p "$built"
cc -O2 -Wall -Wextra -o "$built/measure" benchmarks/peers/measure.c
GOCACHE=$PWD/$built/go-cache GO111MODULE=off go build -o "$built/go-client" benchmarks/peers/client.go
[ -d "$built/node_modules/undici" ] ||
  npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$built" undici@6 >/dev/null
cp benchmarks/peers/client.mjs "$built/"

exec python3 benchmarks/peers/compare.py "$@"
