#!/bin/sh
# Run every test. Arguments go to pytest: scripts/test.sh tests/unit -k hkid
set -eu
cd "$(dirname "$0")/.."
locks="requirements.lock tests/requirements.lock"
. scripts/prepare.sh
if [ $# -gt 0 ]; then exec .venv/bin/python -m pytest "$@"; fi
exec .venv/bin/python -m pytest -n "${TEST_PROCESSES:-2}" --dist loadfile
