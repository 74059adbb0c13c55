#!/bin/sh
# Installs, builds (address and undefined-behaviour sanitizers, warnings as errors) and runs all tests on a fresh
# Debian 12 with nothing but git. The last line is `N passed, N failed`; the exit code tells the same. What failed is
# named before it, with the first thing that it said, and so is what was skipped, with the reason; that counts as neither.
#
#   sh tests/run.sh                  all
#   sh tests/run.sh --fast           the unit tests alone, in under a minute after the build
#   sh tests/run.sh ARG...           further arguments go to ctest: -R '^Pacer' runs what is named so
#   sh tests/run.sh --fast ARG...    and here to GoogleTest: --gtest_filter='Pacer*'
set -eu
cd "$(dirname "$0")/.."
. ./cli/packages.sh
# The order of system calls is what some promises are about, a page of the manual uses curl, and python3 looks whether the
# bugs to plant still stand in the source.
packages="$packages strace curl python3"

fast=
unit_programs="pawl_tests_unit pawl_tests_shells"
if [ "${1-}" = --fast ]; then
  fast=yes
  shift
fi

install_packages
cmake_options=-DPAWL_WERROR=ON
if [ -n "$fast" ]; then
  build_preset dev $unit_programs
else
  build_preset dev
  build_preset tsan pawl pawl_tests_threads
fi

passed=0
failed=0
skipped=0
failures=build/dev/failures.txt  # what finish says of them
: > "$failures"
# run_tests FILE ARGUMENTS: counts from ctest's own account: <testsuite ... tests="N" failures="N" ...>. Most tests
# wait for a window or a server most of the time, so four at a time suit two cores.
run_tests() {
  results=build/dev/$1
  shift
  rm -f "$results"
  code=0
  ctest --preset dev --parallel 4 --timeout 300 --output-junit "$(basename "$results")" "$@" || code=$?
  suite=$(tr '\n\t' '  ' < "$results" | grep -o '<testsuite [^>]*>' | head -n 1)
  bad=$(count failures)
  if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then
    bad=1
    echo "failed: ctest ended with $code" >> "$failures"
  fi
  passed=$((passed + $(count tests) - $(count failures) - $(count disabled) - $(count skipped)))
  failed=$((failed + bad))
  tell_skipped
  keep_failures ctest
}
count() { printf '%s' "$suite" | sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p"; }

# What the last run_tests skipped, each with its reason; `skipped` counts them all.
tell_skipped() {
  now=$(count skipped)
  [ "${now:-0}" -gt 0 ] || return 0
  skipped=$((skipped + now))
  # GoogleTest says `FILE:LINE: Skipped`, and why on the next line.
  awk '/<testcase / { name = $0; sub(/.* name="/, "", name); sub(/".*/, "", name); is = 0; why = "it says not why" }
       /<skipped / { is = 1 }
       /: Skipped$/ { getline; why = $0 }
       /<\/testcase>/ { if (is) print "skipped: " name ": " why }' "$results"
}

# keep_failures ctest|googletest: notes of what failed in $results the name and the first message, at most 30 lines of
# each. ctest keeps all that a test printed, behind the element `failure`; GoogleTest has the messages in that element.
keep_failures() {
  awk -v by="$1" -v most=30 '
    function attribute(name) {
      if (!match($0, " " name "=\"[^\"]*\"")) return ""
      return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
    }
    function plain(text) {
      gsub(/<!\[CDATA\[|\]\]>/, "", text)
      gsub(/<\/?(failure|properties|property|system-out|testcase)[^>]*>/, "", text)
      gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&quot;/, "\"", text); gsub(/&apos;/, "\047", text)
      gsub(/&amp;/, "\\&", text)
      return text
    }
    function begins_message(text) { return text ~ /: (Failure|error: .*)$/ }
    # Of a test that has no messages of GoogleTest: the last lines that it printed.
    function tell(   i, first, last) {
      for (first = 1; by == "ctest" && first <= count && !begins_message(line[first]); ++first) {}
      last = count
      if (first > count) {
        first = count > most ? count - most + 1 : 1
      } else if (by == "ctest") {
        for (i = first + 1; i <= count; ++i)
          if (begins_message(line[i]) || line[i] ~ /^\[ /) { last = i - 1; break }
      }
      if (last >= first + most) last = first + most - 1
      print "failed: " test
      for (i = first; i <= last; ++i) print "    " line[i]
    }
    /<testcase / {
      test = by == "ctest" ? attribute("name") : attribute("classname") "." attribute("name")
      count = has_failed = is_told = 0
    }
    /<failure/ {
      has_failed = 1
      sub(/.*<failure[^>]*>/, "")
    }
    has_failed && !is_told { text = plain($0); if (text !~ /^[ \t]*$/) line[++count] = text }
    has_failed && !is_told && (/<\/testcase>/ || (by == "googletest" && /<\/failure>/)) { tell(); is_told = 1 }
  ' "$results" >> "$failures"
}

# The ten slowest of the last run_tests, in seconds: what a faster suite begins with.
tell_slowest() {
  echo "slowest:"
  tr '\n\t' '  ' < "$results" | grep -o '<testcase [^>]*>' |
    sed -n 's/.* name="\([^"]*\)".* time="\([^"]*\)".*/\2 \1/p' | LC_ALL=C sort -rn | head -n 10 |
    while read -r seconds name; do printf '%8.1f s  %s\n' "$seconds" "$name"; done
}

finish() {
  cat "$failures"
  if [ "$skipped" -gt 0 ]; then echo "$skipped skipped (named above), not counted as passed"; fi
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# run_units ARGUMENTS: the unit tests by their programs, each as two shards at a time. A process for each test, as
# ctest has it, takes longer under the sanitizers than most of the tests. Counts from GoogleTest's own account.
run_units() {
  results=build/dev/results-fast.xml
  rm -f build/dev/results-fast*.xml
  for program in $unit_programs; do
    shards=
    for shard in 0 1; do
      GTEST_TOTAL_SHARDS=2 GTEST_SHARD_INDEX=$shard timeout 600 "build/dev/bin/$program" --gtest_brief=1 \
        --gtest_output="xml:build/dev/results-fast-$program-$shard.xml" "$@" &
      shards="$shards $!"
    done
    for shard in $shards; do wait "$shard" || crashed=yes; done
  done
  cat build/dev/results-fast-*.xml > "$results"
  bad=$(total failures)
  if [ -n "${crashed-}" ] && [ "$bad" -eq 0 ]; then
    bad=1
    echo "failed: one of $unit_programs ended badly; what it said stands far above" >> "$failures"
  fi
  keep_failures googletest
  silent=$(grep -c '<skipped' "$results" || true)
  skipped=$((skipped + silent))
  passed=$((passed + $(total tests) - $(total failures) - $(total disabled) - silent))
  failed=$((failed + bad))
  awk '/<testcase / { name = $0; sub(/.* classname="/, "", name); sub(/".*/, "", name); test = $0
                      sub(/.*<testcase name="/, "", test); sub(/".*/, "", test) }
       /<skipped / { why = $0; sub(/.* message="/, "", why); sub(/".*/, "", why); sub(/.*&#x0A;/, "", why)
                     print "skipped: " name "." test ": " why }' "$results"
}
total() {
  sed -n "s/^<testsuites.* $1=\"\([0-9]*\)\".*/\1/p" "$results" | awk '{ sum += $1 } END { print sum + 0 }'
}

if [ -n "$fast" ]; then
  run_units "$@"
  tell_slowest
  finish
  exit
fi

if [ $# -eq 0 ]; then
  run_units
  tell_slowest
  run_tests results.xml --label-exclude '^unit$'
else
  run_tests results.xml "$@"
fi
tell_slowest

# Threads under the thread sanitizer: the ledger's writer, and whole runs with kills, faults and signals.
export TSAN_OPTIONS="halt_on_error=1 exitcode=66"
if build/tsan/bin/pawl_tests_threads --gtest_brief=1; then
  passed=$((passed + 1))
else
  failed=$((failed + 1))
  echo "failed: build/tsan/bin/pawl_tests_threads; what it said stands above" >> "$failures"
fi
PAWL_BINARY=$PWD/build/tsan/bin/pawl
export PAWL_BINARY
run_tests results-threads.xml -R '^(Kill|Resume|Audit\.(AllFaults|Notices))'

# What an update costs, counted: fails when it grew by more than 5 %.
if sh benchmarks/cost/check.sh; then
  passed=$((passed + 1))
else
  failed=$((failed + 1))
  echo "failed: benchmarks/cost/check.sh; what it said stands above" >> "$failures"
fi

finish
