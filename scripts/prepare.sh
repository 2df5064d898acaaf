# Sourced by the other shell scripts: finds Python, makes .venv in the checkout and installs what the lock files name.
# Usage: locks="LOCK …"; . scripts/prepare.sh    (from the checkout's top folder; the locks are installed, hashes checked)

say() { printf '%s\n' "$*" >&2; }

find_python() {
  for name in "${PYTHON:-}" python3.14 python3.13 python3.12 python3.11 python3 python; do
    [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 || continue
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      printf '%s' "$name"
      return 0
    fi
  done
  say "idbridge needs Python 3.11 or newer, and none was found. Install it, or name it: PYTHON=/path/to/python3 $0"
  return 1
}

make_environment() {
  python=$(find_python) || return 1
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    say "$python lacks the venv and ensurepip modules. On Debian and Ubuntu: apt-get install python3-venv"
    return 1
  fi
  say "Making .venv with $("$python" --version) …"
  "$python" -m venv .venv
}

# The stamp names the lock files' content, so that a second run installs nothing and a changed lock installs again.
install_locked() {
  stamp=".venv/.installed-$(printf '%s' "$*" | tr -c 'a-zA-Z0-9' '_')"
  wanted=$(cat "$@" pyproject.toml | .venv/bin/python -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())')
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then return 0; fi
  say "Installing what $* names …"
  for lock in "$@"; do
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$lock" || {
      say "The packages could not be installed. Is a Python package index reachable (pip config list)?"
      return 1
    }
  done
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation -e . || return 1
  printf '%s' "$wanted" >"$stamp"
}

# An environment whose Python was upgraded away is made anew rather than repaired.
if ! .venv/bin/python -c '' 2>/dev/null; then
  rm -rf .venv
  make_environment || exit 1
fi
# shellcheck disable=SC2086,SC2154  # a list of names, set by whoever sources this
install_locked $locks || exit 1
