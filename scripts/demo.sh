#!/bin/sh
# Run everything on this machine: the bridge, three sandbox identity providers and a sample portal.
# Usage: scripts/demo.sh [--base-port N]      N bridge (default 8000), N+1 GD, N+2 HK, N+3 MO, N+4 portal
set -eu
cd "$(dirname "$0")/.."
locks="requirements.lock"
. scripts/prepare.sh
exec .venv/bin/idbridge demo "$@"
