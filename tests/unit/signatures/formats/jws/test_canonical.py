"""RFC 8785: its own examples."""

from __future__ import annotations

import json

import pytest

from idbridge.signatures.formats.jws.canonical import canonical


@pytest.mark.parametrize(
    ("number", "text"),
    [
        # RFC 8785 appendix B
        (0.0, "0"),
        (-0.0, "0"),
        (5e-324, "5e-324"),
        (-1.7976931348623157e308, "-1.7976931348623157e+308"),
        (9007199254740992.0, "9007199254740992"),
        (295147905179352830000.0, "295147905179352830000"),
        (9.999999999999997e22, "9.999999999999997e+22"),
        (1e21, "1e+21"),
        (999999999999999900000.0, "999999999999999900000"),
        (333333333.3333332, "333333333.3333332"),
        (0.000001, "0.000001"),
        (9.999999999999997e-7, "9.999999999999997e-7"),
        (4.5, "4.5"),
    ],
)
def test_numbers(number: float, text: str) -> None:
    assert canonical(number) == text.encode()


def test_order_is_by_utf_16() -> None:
    """Clause 3.2.3."""
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    found = json.loads(canonical(dict.fromkeys(names, "")))
    assert list(found) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_strings() -> None:
    """Clause 3.2.2.2."""
    assert canonical("\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/") == b'"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'


@pytest.mark.parametrize("value", [float("inf"), float("nan"), "\ud800", object()])
def test_without_canonical_form(value: object) -> None:
    with pytest.raises(ValueError, match=r"precision|surrogates|no JSON"):
        canonical(value)
