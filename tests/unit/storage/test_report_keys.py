"""Keys that reports are signed with: made once, kept when a new one is made, never replaced when damaged."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from idbridge.storage.private_files import KeyFilesUnusable
from idbridge.storage.report_keys import ReportKeys, StoredReportKey


def fresh(name: str) -> StoredReportKey:
    return StoredReportKey(name.encode(), b"certificate of " + name.encode())


def test_the_first_is_made_and_then_kept(tmp_path: Path) -> None:
    keys = ReportKeys(tmp_path / "keys")
    assert keys.all() == ()
    assert keys.current(lambda _: True, lambda: fresh("a")) == fresh("a")
    assert ReportKeys(tmp_path / "keys").current(lambda _: True, lambda: fresh("b")) == fresh("a")
    assert stat.S_IMODE((tmp_path / "keys" / "reports.json").stat().st_mode) == 0o600


def test_one_that_is_not_usable_any_more_stays_behind_a_new_one(tmp_path: Path) -> None:
    keys = ReportKeys(tmp_path)
    keys.current(lambda _: True, lambda: fresh("old"))
    assert keys.current(lambda key: key == fresh("new"), lambda: fresh("new")) == fresh("new")
    assert keys.all() == (fresh("new"), fresh("old"))


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'[{"key": 1}]'])
def test_a_damaged_file_is_told_and_not_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "reports.json").write_bytes(content)
    with pytest.raises(KeyFilesUnusable):
        ReportKeys(tmp_path).current(lambda _: True, lambda: fresh("a"))
    assert (tmp_path / "reports.json").read_bytes() == content
