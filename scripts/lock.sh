#!/bin/sh
# Write requirements.lock (what runs) and tests/requirements.lock (what checks and tests it besides) from pyproject.toml.
# Every file is pinned by hash; no index is named in them. Arguments go to the resolver: scripts/lock.sh --upgrade
set -eu
cd "$(dirname "$0")/.."
locks="requirements.lock tests/requirements.lock"
. scripts/prepare.sh
compile() { .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate "$@"; }
compile pyproject.toml --group build --output-file requirements.lock "$@"
compile --group dev --constraints requirements.lock --output-file tests/requirements.lock "$@"
