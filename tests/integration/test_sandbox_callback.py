"""The sandbox's Hong Kong posts over real HTTP, as the bridge will hear it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from idbridge.sandbox.hongkong_server import in_background, post_json


@pytest.fixture
def bridge() -> Iterator[tuple[str, list[tuple[str, str, bytes]]]]:
    heard: list[tuple[str, str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((self.path, self.headers["Content-Type"], body))
            self.send_response(200 if self.path == "/notice" else 503)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", heard
        server.shutdown()
        thread.join()


def test_a_post_tells_the_status(bridge: tuple[str, list[tuple[str, str, bytes]]]) -> None:
    url, heard = bridge
    assert post_json(f"{url}/notice", b'{"a": 1}') == 200
    assert post_json(f"{url}/elsewhere", b"{}") == 503
    assert heard[0] == ("/notice", "application/json", b'{"a": 1}')


def test_nobody_there_is_an_os_error() -> None:
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        port = server.server_port
    with pytest.raises(OSError, match="refused"):
        post_json(f"http://127.0.0.1:{port}/notice", b"{}")


def test_a_task_runs_in_the_background() -> None:
    done = threading.Event()
    in_background(done.set)
    assert done.wait(5)
