#!/bin/sh
# How much of a quota is used, and how many 429s it costs: pawl and two usual scripts against pawl-sandbox as a server with
# strict sliding windows. About 12 minutes; nothing is left behind. Arguments go to quota.py (--help).
set -eu
cd "$(dirname "$0")/../.."
. ./cli/packages.sh

packages="$packages python3-aiohttp"
command -v node >/dev/null || packages="$packages nodejs"
command -v npm >/dev/null || packages="$packages npm"
install_packages
build_preset release pawl pawl-sandbox

built=build/quota
mkdir -p "$built"
[ -d "$built/node_modules/bottleneck" ] ||
  npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$built" undici@6 bottleneck@2 >/dev/null
cp benchmarks/quota/script.mjs "$built/"
exec python3 benchmarks/quota/quota.py "$@"
