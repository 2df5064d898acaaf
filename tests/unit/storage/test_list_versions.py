"""The store of list versions: written once, whole, never changed."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from idbridge.storage.list_versions import ListVersions, StoredVersion, VersionsUnusable


def test_what_is_there_already_is_left_alone(tmp_path):
    versions = ListVersions(tmp_path)
    assert versions.keep("HK", 1, b"x") == versions.keep("HK", 1, b"x")
    assert len(versions.versions("HK")) == 1


def test_of_equal_numbers_the_one_that_came_first_counts(tmp_path):
    versions = ListVersions(tmp_path)
    first, second = versions.keep("HK", 1, b"first"), versions.keep("HK", 1, b"second")
    for age, version in enumerate((second, first)):
        path = tmp_path / "HK" / f"000000000001-{version.sha256}.xml"
        os.utime(path, ns=(10**18 - age, 10**18 - age))
    assert versions.versions("HK") == (first, second)


@pytest.mark.parametrize("territory", ["..", "hk", "", "H/K", "HK\n"])
def test_a_territory_names_no_other_folder(tmp_path, territory):
    with pytest.raises(VersionsUnusable):
        ListVersions(tmp_path).versions(territory)


def test_other_files_are_not_versions(tmp_path):
    (tmp_path / "HK").mkdir()
    (tmp_path / "HK" / "draft.xml").write_bytes(b"x")
    assert ListVersions(tmp_path).versions("HK") == ()


def test_a_missing_version_has_no_bytes(tmp_path):
    assert ListVersions(tmp_path).read(StoredVersion("HK", 1, "0" * 64)) is None


def test_a_directory_that_is_a_file_cannot_be_used(tmp_path):
    (tmp_path / "HK").write_bytes(b"")
    with pytest.raises(VersionsUnusable):
        ListVersions(tmp_path).keep("HK", 1, b"x")


def test_attempts_are_counted_by_how_they_went(tmp_path):
    for code in ("accepted", "timeout", "timeout"):
        ListVersions(tmp_path).note_attempt("HK", {"at": "x", "code": code})
    assert ListVersions(tmp_path).attempts("HK") == {"accepted": 1, "timeout": 2}
    assert ListVersions(tmp_path).attempts("MO") == {}


def test_none_of_many_at_once_is_forgotten(tmp_path):
    def note(_: int) -> None:
        ListVersions(tmp_path).note_attempt("HK", {"at": "x", "code": "timeout"})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(note, range(64)))
    assert ListVersions(tmp_path).attempts("HK") == {"timeout": 64}


@pytest.mark.parametrize("note", [b"[", b"7", b'{"counts": 7}', b'{"counts": {"timeout": "x"}}'])
def test_a_spoilt_note_counts_nothing_and_is_written_anew(tmp_path, note):
    versions = ListVersions(tmp_path)
    versions.note_attempt("HK", {"at": "x", "code": "accepted"})
    (tmp_path / "HK" / "last-attempt.json").write_bytes(note)
    assert versions.attempts("HK") == {}
    assert (versions.last_attempt("HK") or {}).get("at") is None
    versions.note_attempt("HK", {"at": "y", "code": "accepted"})
    assert versions.attempts("HK") == {"accepted": 1}


def test_what_cannot_be_noted_is_said(tmp_path):
    (tmp_path / "HK").write_bytes(b"")
    with pytest.raises(VersionsUnusable):
        ListVersions(tmp_path).note_attempt("HK", {"at": "x", "code": "accepted"})
