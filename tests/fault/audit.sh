#!/bin/sh
# Proves a ledger: builds pawl, its sandbox and pawl-audit optimised (in build/audit) and runs the audit. All
# arguments go to pawl-audit; --help says which there are.
#
#   sh tests/fault/audit.sh --seed 1 --rows 100000 --kills 20
#
# With PAWL_AUDIT_BIN=DIRECTORY it builds nothing and takes pawl, pawl-sandbox and pawl-audit from there.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)

if [ -z "${PAWL_AUDIT_BIN-}" ]; then
  . "$root/cli/packages.sh"
  install_packages
  launcher=
  if command -v ccache >/dev/null; then launcher=-DCMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
  # shellcheck disable=SC2086  # one option or none
  (cd "$root" && cmake --preset release -B build/audit -DPAWL_TESTS=ON $launcher >/dev/null &&
    cmake --build build/audit --parallel 2 --target pawl pawl-sandbox pawl-audit) >&2
  PAWL_AUDIT_BIN=$root/build/audit/bin
fi
exec "$PAWL_AUDIT_BIN/pawl-audit" "$@"
