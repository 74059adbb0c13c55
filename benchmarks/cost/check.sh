#!/bin/sh
# Instructions, allocations and system calls for each update, against what the repository expects: fails when one grew by
# more than 5 %. Under a minute once pawl is built. Arguments go to cost.py (--accept, --repeat N).
set -eu
cd "$(dirname "$0")/../.."
. ./cli/packages.sh

packages="$packages valgrind strace python3"
install_packages
build_preset cost pawl pawl-sandbox

mkdir -p build/cost
cc -O2 -Wall -Wextra -shared -fPIC -o build/cost/count_allocations.so benchmarks/cost/count_allocations.c
# The same program is counted 1 % up or down from one run to the next.
exec python3 benchmarks/cost/cost.py --repeat 3 "$@"
