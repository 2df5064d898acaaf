"""The sandbox's time-stamping authorities as a WSGI application."""

from __future__ import annotations

import io

import pytest

from idbridge.sandbox.tsa import MAX_REQUEST_BYTES, POLICY, TimestampApplication
from idbridge.signatures.formats.limits import LIMITS
from idbridge.signatures.formats.signed_data import read_signed_data
from idbridge.signatures.formats.timestamp import read_tst_info
from idbridge.signatures.making.refusals import MakingRefused
from idbridge.signatures.making.timestamping import TimestampQuestion, token_of_answer
from tests.unit.signatures.making.workshop import STAMPED_AT, holder

QUESTION = TimestampQuestion(b"message", "SHA-256", 5)


@pytest.fixture(scope="module")
def application() -> TimestampApplication:
    return TimestampApplication({"hk-tsa": holder("ec-p256", "stamper", 72)}, lambda: STAMPED_AT)


def ask(application, path="/hk-tsa", body=None, **environ):
    body = QUESTION.encoding() if body is None else body
    answered = []
    given = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "CONTENT_TYPE": "application/timestamp-query",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    content = b"".join(application({**given, **environ}, lambda status, headers: answered.append((status, dict(headers)))))
    [(status, headers)] = answered
    assert headers["Content-Length"] == str(len(content))
    return status, headers, content


def test_token(application) -> None:
    status, headers, content = ask(application)
    assert (status, headers["Content-Type"]) == ("200 OK", "application/timestamp-reply")
    info = read_tst_info(read_signed_data(token_of_answer(content, QUESTION), LIMITS))
    assert (info.policy, info.time) == (POLICY, STAMPED_AT)
    other = read_tst_info(read_signed_data(token_of_answer(ask(application)[2], QUESTION), LIMITS))
    assert other.serial_number != info.serial_number


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"path": "/mo-tsa"}, "404"),
        ({"path": "/"}, "404"),
        ({"REQUEST_METHOD": "GET"}, "405"),
        ({"CONTENT_TYPE": "text/plain"}, "415"),
        ({"CONTENT_TYPE": ""}, "415"),
    ],
)
def test_no_requests(application, change, expected) -> None:
    assert ask(application, **change)[0].startswith(expected)


@pytest.mark.parametrize("length", [str(MAX_REQUEST_BYTES + 1), "", "-1", "x", "\N{SUPERSCRIPT TWO}"])
def test_bodies_of_no_known_or_too_great_length(application, length) -> None:
    status, _, content = ask(application, CONTENT_LENGTH=length)
    assert status == "200 OK"
    with pytest.raises(MakingRefused, match="badDataFormat"):
        token_of_answer(content, QUESTION)
