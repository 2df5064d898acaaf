"""What a test needs beyond Python: a program, the vectors, a browser.

A machine without it skips the test and says what is missing. Under ``CI=true`` everything is installed, so that there a
missing requirement fails: a skip would hide that nothing was tested.
"""

from __future__ import annotations

import os
import shutil
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI") == "true"


def missing(what: str) -> NoReturn:
    """Skip the test because *what* is missing; fail instead where everything must be there."""
    if IN_CI:
        pytest.fail(f"required in CI but missing: {what}", pytrace=False)
    pytest.skip(f"missing: {what}")


def program(*names: str) -> str:
    """Return the path of the first program found among *names* (the same program under several names)."""
    for name in names:
        if found := shutil.which(name):
            return found
    missing(f"the program {' or '.join(names)}")


def package(name: str) -> ModuleType:
    """Return a module of an optional Python package, for a test module that is nothing without it."""
    try:
        return import_module(name)
    except ImportError:
        if IN_CI:
            pytest.fail(f"required in CI but missing: the Python package {name}", pytrace=False)
        pytest.skip(f"missing: the Python package {name}", allow_module_level=True)


def vectors(*parts: str) -> Path:
    """Return a path below the vectors folder (``IDBRIDGE_VECTORS``, else ``shared/vectors`` beside the checkout)."""
    root = Path(os.environ.get("IDBRIDGE_VECTORS") or CHECKOUT.parent / "shared" / "vectors")
    path = root.joinpath(*parts)
    if not path.exists():
        missing(f"test vectors {'/'.join(parts)} below {root}")
    return path


def node_packages(folder: Path) -> str:
    """Return the path of Node.js for the scripts in *folder*, whose packages ``npm ci`` has installed there."""
    node = program("node")
    if not (folder / "node_modules").is_dir():
        missing(f"the packages of {folder.relative_to(CHECKOUT)}: npm ci")
    return node
