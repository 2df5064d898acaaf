"""Key files: made once by whoever comes first, never replaced when damaged, rotated without a gap."""

from __future__ import annotations

import stat
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest

from idbridge.storage.instance_keys import ALGORITHMS, InstanceKeys, KeyFilesUnusable

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _published(directory: str) -> tuple[bytes, tuple[str, ...]]:
    keys = InstanceKeys(Path(directory))
    return keys.secrets().subjects, tuple(sorted(keys.signing(NOW).published))


def test_processes_that_start_together_get_the_same_keys(tmp_path: Path) -> None:
    with ProcessPoolExecutor(8, mp_context=get_context("spawn")) as processes:
        found = set(processes.map(_published, [str(tmp_path / "keys")] * 16))
    assert len(found) == 1


def test_the_files_are_for_their_owner_only(tmp_path: Path) -> None:
    directory = tmp_path / "keys"
    _published(str(directory))
    assert {stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()} == {0o600}
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["secrets.json", "signing.json"])
@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"sealing":[],"index":"","subjects":"","forms":""}'])
def test_a_damaged_file_is_told_and_not_replaced(tmp_path: Path, name: str, content: bytes) -> None:
    _published(str(tmp_path))
    (tmp_path / name).write_bytes(content)
    with pytest.raises(KeyFilesUnusable, match=name):
        _published(str(tmp_path))
    assert (tmp_path / name).read_bytes() == content


def test_rotation_signs_with_new_keys_and_still_publishes_the_old(tmp_path: Path) -> None:
    running, operator = InstanceKeys(tmp_path), InstanceKeys(tmp_path)
    before = running.signing(NOW)
    token = before.sign({"iss": "x"}, "ES256")
    operator.rotate(NOW + timedelta(hours=1), forget_before=NOW)
    after = running.signing(NOW + timedelta(hours=1))
    assert set(before.published) < set(after.published)
    assert {key.kid for key in after.active.values()}.isdisjoint(before.published)
    assert after.recognise(token) == {"iss": "x"}


def test_retired_keys_are_forgotten_in_time(tmp_path: Path) -> None:
    keys = InstanceKeys(tmp_path)
    first = set(keys.signing(NOW).published)
    keys.rotate(NOW + timedelta(days=1), forget_before=NOW)
    keys.rotate(NOW + timedelta(days=3), forget_before=NOW + timedelta(days=2))
    left = keys.signing(NOW + timedelta(days=3))
    assert first.isdisjoint(left.published)
    assert len(left.published) == 2 * len(ALGORITHMS)
