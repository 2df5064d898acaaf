from pathlib import Path

import pytest
from flask import Flask

from idbridge.web.assets import Assets


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "main.css").write_text("p { color: red }")
    (tmp_path / "notes.txt").write_text("not for browsers")
    return tmp_path


def test_a_name_changes_with_the_content(folder: Path) -> None:
    before = Assets(folder).url("main.css")
    (folder / "main.css").write_text("p { color: blue }")
    assert Assets(folder).url("main.css") != before
    assert before.startswith("/static/main.")


def test_only_known_types_are_served(folder: Path) -> None:
    assets = Assets(folder)
    assert len(assets.files) == 1
    with pytest.raises(KeyError):
        assets.url("notes.txt")


def test_files_are_served_for_ever_and_only_under_their_fingerprint(folder: Path) -> None:
    app = Flask("test", static_folder=None)
    assets = Assets(folder)
    assets.serve(app)
    browser = app.test_client()
    answer = browser.get(assets.url("main.css"))
    assert answer.data == b"p { color: red }"
    assert answer.content_type == "text/css; charset=utf-8"
    assert {"public", "immutable", "max-age=31536000"} <= set(answer.headers["Cache-Control"].split(", "))
    for path in ("/static/main.css", "/static/notes.txt", "/static/..%2fassets.py", "/static/main.000000000000.css"):
        assert browser.get(path).status_code == 404
