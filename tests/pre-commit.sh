#!/bin/sh
# Before a commit: white space, format, lint of what changed, and the unit tests. As a hook of git:
#
#   ln -s ../../tests/pre-commit.sh .git/hooks/pre-commit
set -eu
cd "$(git rev-parse --show-toplevel)"
git diff --cached --check
sh tests/lint.sh --since HEAD
sh tests/run.sh --fast
