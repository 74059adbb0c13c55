#!/bin/sh
# Format and lint: lists what is wrong and ends with 1 if anything is. Needs clang-format-19 and clang-tidy-19.
#
#   sh tests/lint.sh                 the whole tree (an hour of one core: Asio and GoogleTest are much to read)
#   sh tests/lint.sh --since main    the sources that changed since a revision
#   sh tests/lint.sh FILE...         these
#
# LINT_JOBS: how many at a time (default 2). LINT_BUILD: where the compile commands are (default build/lint, which is
# configured here: a command for each file, where the presets compile some files together).
set -eu
cd "$(dirname "$0")/.."
build=${LINT_BUILD:-build/lint}
if [ "$build" = build/lint ]; then
  cmake --preset dev -B "$build" -DCMAKE_UNITY_BUILD=OFF -DPAWL_BENCHMARKS=ON > /dev/null
fi

sources='\.(cpp|hpp)$'
case ${1-} in
  --since) files=$( (git diff --name-only --diff-filter=d "$2"; git ls-files -o --exclude-standard) | grep -E "$sources" | sort -u || true) ;;
  '') files=$(git ls-files | grep -E "$sources") ;;
  *) files=$(printf '%s\n' "$@") ;;
esac
[ -n "$files" ] || { echo "nothing to look at"; exit 0; }

for tool in clang-format-19 clang-tidy-19; do command -v "$tool" > /dev/null || { echo "$tool is not installed"; exit 1; }; done
# Clang cannot read the precompiled headers of GCC.
commands=$(mktemp -d)
sed 's/ -Winvalid-pch//g; s/ -include [^ ]*cmake_pch[.]hxx//g' "$build/compile_commands.json" > "$commands/compile_commands.json"
wrong=0
printf '%s\n' "$files" | xargs clang-format-19 --dry-run --Werror || wrong=1

# Headers are looked at through the sources that include them; entry points of fuzzers are not built here.
left_out=0
list=$(mktemp)
for file in $(printf '%s\n' "$files" | grep '\.cpp$' || true); do
  if grep -qF "/$file\"" "$build/compile_commands.json"; then
    echo "$file"
  else
    left_out=$((left_out + 1))
  fi
done > "$list"
xargs -r -n 1 -P "${LINT_JOBS:-2}" clang-tidy-19 -p "$commands" --quiet < "$list" 2> /dev/null || wrong=1
echo "linted $(wc -l < "$list") sources; $left_out without compile commands in $build"
rm -rf "$list" "$commands"
[ "$wrong" -eq 0 ] && echo "clean"
exit "$wrong"
