"""Browsers by the words that their owners know."""

from __future__ import annotations

import pytest

from idbridge.web.devices import device_name

MOZILLA = "Mozilla/5.0 "


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            MOZILLA + "(Windows NT 10.0; Win64; x64) Chrome/130.0.0.0 Safari/537.36 Edg/130.0",
            "Edge · Windows",
        ),
        (
            MOZILLA + "(Linux; Android 14) Chrome/130.0 Mobile Safari/537.36 MicroMessenger/8.0",
            "WeChat · Android",
        ),
        (
            MOZILLA + "(iPhone; CPU iPhone OS 18_0 like Mac OS X) CriOS/130.0 Mobile Safari/604.1",
            "Chrome · iPhone",
        ),
        (MOZILLA + "(Macintosh; Intel Mac OS X 10.15; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox · Mac"),
        ("curl/8.0", "–"),
        ("", "–"),
    ],
)
def test_names(agent: str, name: str) -> None:
    assert device_name(agent) == name
