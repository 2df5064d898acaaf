"""The canonical form of JSON by RFC 8785, which timestamps in clear `etsiU` arrays are over (TS 119 182-1 clause 5.4.3.3)."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Final

URI: Final = "http://json-canonicalization.org/algorithm"
"""The name that `canonAlg` has for it."""


def canonical(value: object) -> bytes:
    """Return the canonical octets of a parsed JSON value.

    :raises ValueError: it has a number or character that has no canonical form (RFC 8785 clause 3.2.2).
    """
    return _written(value).encode("utf-8")


def _written(value: object) -> str:
    match value:
        case bool() | None:
            return json.dumps(value)
        case int() | float():
            return _number(float(value))
        case str():
            return json.dumps(value, ensure_ascii=False)
        case list():
            return f"[{','.join(map(_written, value))}]"
        case dict():
            # names are ordered by their UTF-16 code units (clause 3.2.3)
            names = sorted(value, key=lambda name: str(name).encode("utf-16-be"))
            return "{" + ",".join(f"{_written(name)}:{_written(value[name])}" for name in names) + "}"
        case _:
            raise ValueError(f"{type(value).__name__} is no JSON value")


def _number(value: float) -> str:
    """Write a number as ECMAScript does (RFC 8785 clause 3.2.2.3): the shortest digits that read back the same."""
    if value == 0:
        return "0"
    if not math.isfinite(value):
        raise ValueError("a number beyond double precision")
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    text, point = "".join(map(str, digits)), len(digits) + int(exponent)
    if len(digits) <= point <= 21:
        text = text + "0" * (point - len(digits))
    elif 0 < point <= 21:
        text = f"{text[:point]}.{text[point:]}"
    elif -6 < point <= 0:
        text = f"0.{'0' * -point}{text}"
    else:
        fraction = f".{text[1:]}" if len(text) > 1 else ""
        text = f"{text[0]}{fraction}e{point - 1:+d}"
    return f"-{text}" if sign else text
