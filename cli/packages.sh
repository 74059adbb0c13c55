# shellcheck shell=sh
# Read by cli/quickstart.sh and tests/run.sh: what a fresh Debian 12 lacks, and how a preset is built. POSIX sh.

packages="g++ cmake ninja-build pkg-config ccache ca-certificates
libboost1.81-dev libssl-dev libsimdjson-dev libspdlog-dev libfmt-dev libsqlite3-dev libcli11-dev
libtomlplusplus-dev libgtest-dev libgmock-dev libbenchmark-dev libcsv-dev libxxhash-dev libhowardhinnant-date-dev"

# Installs with apt-get what is missing of $packages; does nothing where all is there.
install_packages() {
  missing=
  for package in $packages; do
    dpkg-query -W -f='${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed$' ||
      missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  echo "installing:$missing" >&2
  as_root=
  if [ "$(id -u)" -ne 0 ]; then
    as_root=sudo
    command -v sudo >/dev/null || {
      echo "these packages are missing; install them as root: apt-get install$missing" >&2
      exit 1
    }
  fi
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update
  # shellcheck disable=SC2086  # a list of names
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing >/dev/null
}

# build_preset PRESET [TARGET...]: configures and builds; further CMake options in $cmake_options.
build_preset() {
  preset=$1
  shift
  launcher=
  if command -v ccache >/dev/null; then launcher=-DCMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
  # shellcheck disable=SC2086  # a list of options
  cmake --preset "$preset" $launcher ${cmake_options-} >/dev/null
  if [ $# -gt 0 ]; then
    cmake --build --preset "$preset" --parallel 2 --target "$@"
  else
    cmake --build --preset "$preset" --parallel 2
  fi
}
