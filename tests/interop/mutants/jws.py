"""Changes to JWS and JAdES: other serializations, members dropped and altered, unsigned components rearranged."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Iterator
from typing import Any

from tests.interop.mutants.change import Mutant, rearranged


def mutants(data: bytes) -> Iterator[Mutant]:
    """Yield the mutants of a JWS in any serialization; of something else nothing."""
    text = data.decode("utf-8", "replace").strip()
    if text.startswith("{"):
        try:
            whole = json.loads(text)
        except ValueError:
            return
        yield Mutant("written anew", json.dumps(whole, indent=2).encode())
        yield Mutant("members reversed", json.dumps(dict(reversed(whole.items()))).encode())
        yield from _of_object(whole)
    elif text.count(".") == 2:
        yield from _of_compact(text)
    yield Mutant("white space around", b"\n " + data + b"\n")
    yield Mutant("cut off", data[:-1])


def _of_compact(text: str) -> Iterator[Mutant]:
    protected, payload, signature = text.split(".")
    yield Mutant("flattened", _written({"protected": protected, "payload": payload, "signature": signature}))
    yield Mutant("general", _written({"payload": payload, "signatures": [{"protected": protected, "signature": signature}]}))
    yield Mutant("padded", f"{protected}.{payload}.{signature}=".encode())
    for number in range(3):
        parts = text.split(".")
        parts[number] = _altered(parts[number])
        yield Mutant(f"part {number} altered", ".".join(parts).encode())
    yield Mutant("payload taken out", f"{protected}..{signature}".encode())


def _of_object(whole: dict[str, Any]) -> Iterator[Mutant]:
    signatures = whole.get("signatures")
    if isinstance(signatures, list):
        for what, changed in rearranged(signatures):
            yield Mutant(f"signatures {what}", _written({**whole, "signatures": changed}))
        if len(signatures) == 1 and isinstance(signatures[0], dict):
            one = {name: value for name, value in whole.items() if name != "signatures"}
            yield Mutant("flattened", _written({**one, **signatures[0]}))
    for name in whole:
        yield Mutant(f"without {name}", _written({other: value for other, value in whole.items() if other != name}))
    yield Mutant("unknown member", _written({**whole, "unknown": 1}))
    yield Mutant("no payload", _written({**whole, "payload": ""}))
    for number in range(len(signatures) if isinstance(signatures, list) else 1):
        yield from _of_signature(whole, number)


def _of_signature(whole: dict[str, Any], number: int) -> Iterator[Mutant]:
    def with_one(change: str, **members: Any) -> Mutant:
        altered = copy.deepcopy(whole)
        one = altered["signatures"][number] if "signatures" in altered else altered
        one.update(members)
        return Mutant(f"signature {number} {change}", _written({k: v for k, v in altered.items() if v is not None}))

    one = whole["signatures"][number] if "signatures" in whole else whole
    if not isinstance(one, dict):
        return
    for name in ("protected", "signature"):
        if isinstance(one.get(name), str) and one[name]:
            yield with_one(f"{name} altered", **{name: _altered(one[name])})
    header = one.get("header")
    if not isinstance(header, dict):
        return
    yield with_one("header emptied", header={})
    components = header.get("etsiU")
    if not isinstance(components, list):
        return
    for what, changed in rearranged(components):
        yield with_one(f"etsiU {what}", header={**header, "etsiU": changed})
    yield with_one("etsiU as text", header={**header, "etsiU": json.dumps(components)})
    other = [_other_form(component) for component in components]
    yield with_one("etsiU in the other form", header={**header, "etsiU": other})


def _other_form(component: Any) -> Any:
    """base64url of JSON, or the JSON that it is of."""
    if isinstance(component, str):
        return json.loads(base64.urlsafe_b64decode(component + "==="))
    return base64.urlsafe_b64encode(json.dumps(component).encode()).rstrip(b"=").decode()


def _altered(text: str) -> str:
    place = len(text) // 2
    return text[:place] + ("A" if text[place : place + 1] != "A" else "B") + text[place + 1 :]


def _written(value: Any) -> bytes:
    return json.dumps(value).encode()
