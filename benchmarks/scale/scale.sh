#!/bin/sh
# Does a row cost the same in a large input as in a small one? check, run and resume at 10 thousand, 100 thousand and 1
# million rows (10 million: --rows 10000000 as well, an hour or so), CPU and peak memory of each, as a table, JSON and
# SVG. Builds first; the server is nginx on core 0 as in benchmarks/peers. Arguments go to scale.py (--help).
set -eu
cd "$(dirname "$0")/../.."
. ./cli/packages.sh

packages="$packages libnginx-mod-http-echo openssl python3"
command -v nginx >/dev/null || packages="$packages nginx-light"
install_packages
build_preset release pawl

mkdir -p build/peers
cc -O2 -Wall -Wextra -o build/peers/measure benchmarks/peers/measure.c
exec python3 benchmarks/scale/scale.py "$@"
