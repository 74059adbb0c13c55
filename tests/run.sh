#!/bin/sh
# Installs, builds (address and undefined-behaviour sanitizers, warnings as errors) and runs all tests on a fresh
# Debian 12 with nothing but git. The last line is `N passed, N failed`; the exit code tells the same.
set -eu
cd "$(dirname "$0")/.."
. ./cli/packages.sh

install_packages
cmake_options=-DPAWL_WERROR=ON
build_preset dev

results=build/dev/results.xml
rm -f "$results"
code=0
ctest --preset dev --parallel 2 --timeout 300 --output-junit results.xml "$@" || code=$?

# From ctest's own account: <testsuite ... tests="N" failures="N" disabled="N" skipped="N" ...>
suite=$(tr '\n\t' '  ' < "$results" | grep -o '<testsuite [^>]*>' | head -n 1)
count() { printf '%s' "$suite" | sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p"; }
failed=$(count failures)
passed=$(($(count tests) - failed - $(count disabled) - $(count skipped)))
if [ "$code" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
echo "$passed passed, $failed failed"
[ "$code" -eq 0 ] && [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
