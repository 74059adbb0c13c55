#!/bin/sh
# Lives seeds for hours and keeps those whose ledger lied.
#
#   sh tests/simulation/nightly.sh                 one hour, from a seed of its own for each day
#   sh tests/simulation/nightly.sh HOURS SEED      so many, from this one
#
# A seed that failed stands in build/simulation/failed-seeds, a line with the revision, the seed and what was found:
# `build/simulation/bin/pawl-sim --rows 100 --crash-each 25 --seed N --trace` shows it again. The exit code is 1 if there
# is one.
set -eu
cd "$(dirname "$0")/../.."
hours=${1:-1}
seed=${2:-$(( $(date +%s) / 86400 * 1000000 ))}
build=build/simulation
cmake -G Ninja -S . -B "$build" -DCMAKE_BUILD_TYPE=Release '-DCMAKE_CXX_FLAGS_RELEASE=-O2' > /dev/null
cmake --build "$build" --parallel 2 --target pawl-sim > /dev/null
echo "seeds from $seed on, for $hours h"
"$build/bin/pawl-sim" --seed "$seed" --count 1000000000 --seconds $((hours * 3600)) --rows 100 --crash-each 25 \
  > "$build/last" || true
revision=$(git rev-parse --short HEAD 2> /dev/null || echo unknown)
grep '^seed ' "$build/last" | grep -v ' lives, ' | sed "s/^/$revision /" | tee -a "$build/failed-seeds"
tail -n 1 "$build/last"
tail -n 1 "$build/last" | grep -q ' 0 bad$'
