"""`idbridge verify` over many files: the same answers from any number of processes, in order, whatever a file does to one."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from idbridge.cli import batch
from idbridge.cli.batch import verify_files
from idbridge.cli.tabulating import COLUMNS, table_rows
from idbridge.cli.verifier import Exit, Order, Refused
from tests.bridge.demo import environment
from tests.unit.signatures.forge import Authority, cades

COUNT = 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Forty documents by three signers, one of them changed, beside two files that are none; and whom to trust."""
    place = tmp_path_factory.mktemp("bids")
    authority = Authority()
    (place / "root.cer").write_bytes(authority.root.der)
    files = place / "files"
    files.mkdir()
    signers = [authority.issue(name) for name in ("Alpha Works", "Beta Works", "=cmd|' /C calc'!A0")]
    crl = authority.crl(authority.root.certificate.not_valid_before_utc)
    for number in range(COUNT):
        signed = cades(signers[number % 3], f"bid {number}".encode(), crls=[crl])
        (files / f"bid-{number:02}.p7m").write_bytes(signed)
    broken = (files / "bid-05.p7m").read_bytes().replace(b"bid 5", b"bid 6")
    (files / "bid-05.p7m").write_bytes(broken)
    (files / "notes.txt").write_bytes(b"nothing signed")
    return place


def told(folder, style="json", jobs=1):
    files = sorted((folder / "files").iterdir())
    return list(verify_files(files, Order(folder / "root.cer", offline=True), style, jobs))


def test_any_number_of_processes_says_the_same_in_the_same_order(folder):
    def reports(jobs):
        lines = [json.loads(line) for answer in told(folder, jobs=jobs) for line in answer.lines]
        return [{name: value for name, value in line.items() if name != "at"} for line in lines]

    one, two = reports(1), reports(2)
    assert [Path(line["file"]).name for line in two] == sorted(path.name for path in (folder / "files").iterdir())
    assert [(line["file"], line.get("indication"), line.get("error")) for line in one] == [
        (line["file"], line.get("indication"), line.get("error")) for line in two
    ]
    assert two[5]["signatures"][0]["integrity"] == "broken"


def test_the_table_has_a_row_for_each_signature_and_no_formula(folder):
    rows = list(csv.reader(line for answer in told(folder, "csv", jobs=2) for line in answer.lines))
    assert {len(row) for row in rows} == {len(COLUMNS)}
    table = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    assert len(table) == COUNT + 1
    assert (table[5]["signature_indication"], table[5]["integrity"]) == ("TOTAL_FAILED", "broken")
    assert table[2]["signer"] == "'=cmd|' /C calc'!A0"
    assert (table[-1]["error"], table[-1]["indication"]) == ("document-format-unknown", "")


def test_a_file_name_cannot_break_out_of_its_row():
    (line,) = table_rows(Path('a",\n"b'), Refused("x", "y"))
    assert next(csv.reader(io.StringIO(line)))[0] == 'a", "b'


def test_a_file_on_which_a_worker_dies_is_named_and_spoils_no_other(folder, monkeypatch):
    monkeypatch.setattr(batch, "_verify", _Deadly(str(folder / "files" / "bid-07.p7m")))
    answers = told(folder, jobs=2)
    assert len(answers) == COUNT + 1
    dead = [json.loads(answer.lines[0]) for answer in answers if "reader-died" in answer.lines[0]]
    assert [(Path(line["file"]).name, line["error"]["code"]) for line in dead] == [("bid-07.p7m", "reader-died")]
    assert answers[7].exit is Exit.INDETERMINATE


class _Deadly:
    """Stands in for the task of a worker: dies on one file as a foreign library would."""

    def __init__(self, file: str) -> None:
        self.file = file

    def __call__(self, paths):
        if Path(self.file) in paths:
            os.kill(os.getpid(), signal.SIGKILL)
        return [batch._tell_here(path) for path in paths]


def test_a_file_that_cannot_be_read_is_a_line(folder, tmp_path):
    (tmp_path / "folder.p7m").mkdir()
    (answer,) = verify_files([tmp_path / "folder.p7m"], Order(folder / "root.cer", offline=True), "text", 1)
    assert "NOT JUDGED, file-unreadable" in answer.lines[0]
    assert answer.exit is Exit.INDETERMINATE


# --- the command as people run it --------------------------------------------------------------------------------------


def command(folder, *options):
    return [sys.executable, "-m", "idbridge", "verify", *map(str, options), "--offline", "--trust", str(folder / "root.cer")]


def test_the_command_on_all_cores(folder, tmp_path):
    arguments = command(folder, folder / "files", "--csv", "--jobs", 2)
    done = subprocess.run(arguments, env=environment(tmp_path), capture_output=True, text=True, timeout=300, check=False)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert (done.returncode, len(rows), done.stderr) == (1, COUNT + 1, "")


def test_ctrl_c_ends_it_at_once_and_leaves_nothing_running(folder, tmp_path):
    many = [folder / "files"] * 400  # half a minute of work
    arguments = command(folder, *many, "--json", "--jobs", 2)
    process = subprocess.Popen(
        arguments, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout.readline().startswith(b"{")
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == Exit.INTERRUPTED, errors.decode()
    assert b"Traceback" not in errors, errors.decode()
    deadline = time.monotonic() + 30
    while _group_lives(process.pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_bar_is_for_the_terminal_and_the_answers_for_the_file(folder, tmp_path):
    pty = pytest.importorskip("pty", reason="no pseudo-terminals here")
    parent, child = pty.openpty()
    arguments = command(folder, folder / "files", "--json", "--jobs", 2)
    with (tmp_path / "out").open("wb") as out:
        process = subprocess.Popen(arguments, env=environment(tmp_path) | {"TERM": "xterm"}, stdout=out, stderr=child)
    os.close(child)
    shown = bytearray()
    while True:
        try:
            shown += os.read(parent, 4096)
        except OSError:  # how Linux says that the other end is closed
            break
    assert process.wait(300) == 1
    assert b"Verifying" in shown
    assert len((tmp_path / "out").read_bytes().splitlines()) == COUNT + 1
