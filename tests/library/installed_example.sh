#!/bin/sh
# installed_example.sh BUILD SOURCE FLAGS: installs what BUILD holds into an empty place, builds engine/example against
# that copy in an empty folder, applies a file with it, and looks at what became of it. FLAGS: for the compiler, such
# as the sanitizers that the library was built with.
set -eu
build=$1 source=$2 flags=$3

work=$(mktemp -d)
sandbox=
stop() {
  if [ -n "$sandbox" ]; then
    kill "$sandbox" 2>/dev/null || true
    wait "$sandbox" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap stop EXIT

cmake --install "$build" --prefix "$work/installed" > "$work/install.log"
if grep -rlE '#include <(boost|openssl|sqlite3|simdjson)' "$work/installed/include"; then
  echo "these public headers speak in types of another library" >&2
  exit 1
fi
cp -r "$source/engine/example" "$work/example"
cmake -S "$work/example" -B "$work/example/build" -DCMAKE_PREFIX_PATH="$work/installed" -DCMAKE_BUILD_TYPE=Debug \
  -DCMAKE_CXX_FLAGS="$flags" > "$work/configure.log"
cmake --build "$work/example/build" > "$work/build.log" || { cat "$work/build.log" >&2; exit 1; }

cd "$work"
printf 'id,status\nthr_a,done\nthr_b,done\n' > jobs.csv
# A pipe: reading it waits until the sandbox is ready, and ends if the sandbox does.
mkfifo ready
"$build/bin/pawl-sandbox" --seed-from jobs.csv --key example-key-0123456789 --max-seconds 60 --ca-out ca.pem > ready &
sandbox=$!
exec 3< ready
IFS= read -r line <&3 || { echo "the sandbox did not start" >&2; exit 1; }
url=$(printf '%s\n' "$line" | sed -n 's/.*"base_url": *"\([^"]*\)".*/\1/p')

code=0
EXAMPLE_KEY=example-key-0123456789 example/build/apply_file jobs.csv "$url" ca.pem > summary.json || code=$?
cat summary.json
[ "$code" -eq 0 ]
# The sandbox may have made one of them done by itself.
grep -qE '"rows": 2, "applied": [12], "unchanged": [01], .*"pending": 0, ' summary.json
