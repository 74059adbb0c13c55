# Sourced by the scripts of this folder, with `here` set: what they need, pawl, and a folder for it all.
root=$(cd "$here/../.." && pwd)

# need PACKAGE... [-- DEBCONF...]: installs Debian packages that are missing. No service of theirs is started.
need() {
  missing=
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed' || missing="$missing $1"
    shift
  done
  [ -n "$missing" ] || return 0
  if [ $# -gt 0 ]; then
    shift
    for answer in "$@"; do echo "$answer" | debconf-set-selections; done
  fi
  policy=/usr/sbin/policy-rc.d
  mine=
  if ! [ -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod +x "$policy"
    mine=1
  fi
  {
    DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
  } >&2 </dev/null || { [ -z "$mine" ] || rm "$policy"; echo "cannot install$missing" >&2; exit 1; }
  [ -z "$mine" ] || rm "$policy"
}

# Sets PAWL to a whole path; builds it, or what `targets` names, where none is named.
find_pawl() {
  if [ -z "${PAWL-}" ]; then
    . "$root/cli/packages.sh"
    install_packages
    (cd "$root" && cmake --preset release -B build/audit -DPAWL_TESTS=ON >/dev/null &&
      cmake --build build/audit --parallel 2 --target ${targets:-pawl}) >&2
    PAWL=$root/build/audit/bin/pawl
  fi
  PAWL=$(realpath "$PAWL")
}

# install_npm FOLDER PACKAGE@VERSION...: installs them below build/, where they stay, and sets `modules` to the folder.
install_npm() {
  modules=$root/build/$1
  shift
  [ "$(cat "$modules/installed" 2>/dev/null)" != "$*" ] || return 0
  mkdir -p "$modules"
  echo '{"private":true}' > "$modules/package.json"
  (cd "$modules" && npm install --no-audit --no-fund --no-package-lock --ignore-scripts "$@") >&2
  echo "$*" > "$modules/installed"
}

# Sets `work` to a new folder, which goes away with the script unless KEEP is set.
make_work() {
  work=$(mktemp -d)
  trap 'if [ -n "${KEEP-}" ]; then echo "kept: $work" >&2; else rm -rf "$work"; fi' EXIT
}

# make_key NAME: a key in $work/NAME.key, also printed.
make_key() {
  (umask 077 && od -An -N 20 -tx1 /dev/urandom | tr -d ' \n' > "$work/$1.key")
  cat "$work/$1.key"
}
