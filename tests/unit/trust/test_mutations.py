"""Mutated lists: an answer or a coded refusal, never a crash, never slow, never large.

``IDBRIDGE_MUTATIONS`` says how many; the seed of a failing one stands in its message.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from idbridge.trust.reading import read_list, read_unverified_list
from idbridge.trust.refusals import TrustListRefused
from tests.guards import no_hang
from tests.requirements import CHECKOUT
from tests.unit.trust.lists import GD, authorities, draft, sign

COUNT = int(os.environ.get("IDBRIDGE_MUTATIONS", "1500"))
LARGEST_BYTES = 500 * 1024 * 1024

LIST = sign(draft(GD))
SIGNERS = [authorities()["gd-signer"].der]
TOKENS = [match.span() for match in re.finditer(rb"<[^>]+>|[^<]+", LIST)]
PIECES = (
    b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>",
    *(
        b"&lt;",
        b"&a;",
        b"&#0;",
        b"&#x10FFFF;",
        b"<![CDATA[x]]>",
        b"<!-- -->",
        b"<?x y?>",
        b"\x00",
        b"\xff\xfe",
        b"\xed\xa0\x80",
    ),
    *(b"<a>" * 40, b"<a>" * 400, b"</a>" * 40, b' Id="x"', b' xml:id="x"', b' xmlns="urn:x"', b' xmlns:ds="urn:y"'),
    *(b"http://www.w3.org/2000/09/xmldsig#enveloped-signature", b"#x", b"", b"9" * 40, b"A" * 5000, b"=" * 10),
    *(b"0000-00-00T00:00:00Z", b"9999-12-31T23:59:59-14:00", b"0001-01-01T00:00:00+14:00"),
)


def mutate(chance: random.Random) -> bytes:
    data = bytearray(LIST)
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        start, end = chance.choice(TOKENS)
        other_start, other_end = chance.choice(TOKENS)
        kind = chance.randrange(7)
        if kind == 0:
            data[chance.randrange(len(data))] = chance.randrange(256)
        elif kind == 1:
            del data[start:end]
        elif kind == 2:
            data[start:start] = LIST[other_start:other_end]
        elif kind == 3:
            data[start:end] = LIST[other_start:other_end]
        elif kind == 4:
            data[start:start] = chance.choice(PIECES)
        elif kind == 5:
            place = chance.randrange(len(data))
            data[place:place] = chance.choice(PIECES)
        else:
            del data[chance.randrange(len(data)) :]
        if not data:
            return b""
    return bytes(data)


def attempt(data: bytes) -> None:
    for read in (lambda: read_list(data, SIGNERS), lambda: read_unverified_list(data)):
        try:
            read()
        except TrustListRefused:
            continue


def timed(data: bytes, about: str) -> None:
    with no_hang(about):
        attempt(data)


def test_mutated_lists_get_an_answer_or_a_refusal():
    for seed in range(COUNT):
        try:
            timed(mutate(random.Random(seed)), f"slow: seed {seed}")
        except AssertionError:
            raise
        except Exception as crash:  # noqa: BLE001  # any crash is the finding
            pytest.fail(f"seed {seed}: {crash!r}")


def test_a_changed_list_is_never_taken_for_the_signed_one():
    """What is accepted says what was signed, letter by letter: mutations that canonical XML does not see are the only ones."""
    content = draft(GD)
    for seed in range(min(COUNT, 5000)):
        data = mutate(random.Random(seed))
        try:
            found = read_list(data, SIGNERS)
        except TrustListRefused:
            continue
        assert found.content == content, f"seed {seed}"


def bomb(depth: int) -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x"}">' for n in range(depth))
    return f"<!DOCTYPE x [{entities}]><x>&e{depth - 1};</x>".encode()


HEAD = b'<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#">'
HUGE: dict[str, Callable[[], bytes]] = {
    "entity bomb": lambda: bomb(10),
    "entity bomb in UTF-16": lambda: bomb(10).decode().encode("utf-16"),
    "quadratic entities": lambda: b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 50000 + b'">]><x>' + b"&a;" * 50000 + b"</x>",
    "deep nesting": lambda: HEAD + b"<a>" * 1_000_000,
    "deep nesting below the parser's bound": lambda: HEAD + (b"<a>" * 250 + b"</a>" * 250) * 700,
    "many elements": lambda: HEAD + b"<a/>" * 4_000_000,
    "many attributes": lambda: HEAD + b"<a " + b" ".join(b'a%d=""' % n for n in range(1_500_000)) + b"/>",
    "many namespaces": lambda: HEAD + b"".join(b'<a xmlns:n%d="urn:%d"/>' % (n, n) for n in range(200_000)),
    "nested namespaces": lambda: HEAD + b"".join(b'<a xmlns:n%d="urn:%d">' % (n, n) for n in range(240)) * 100,
    "long text": lambda: HEAD + b"A" * 19_000_000,
    "long attribute": lambda: HEAD + b'<a b="' + b"A" * 19_000_000 + b'"/>',
    "long name": lambda: HEAD + b"<" + b"a" * 19_000_000 + b"/>",
    "many references": lambda: HEAD + b"&#65;" * 3_000_000,
    "many identifiers": lambda: HEAD + b"".join(b'<a Id="i%d"/>' % n for n in range(190_000)) + b"</TrustServiceStatusList>",
    "many signatures": lambda: (
        HEAD + b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>' * 190_000 + b"</TrustServiceStatusList>"
    ),
    "beyond the bound": lambda: HEAD + b" " * 30_000_000,
}


@pytest.mark.parametrize("name", HUGE)
def test_huge_lists_are_refused_in_time(name):
    timed(HUGE[name](), name)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured in Linux's unit")
def test_huge_lists_are_refused_in_space():
    """In a process of its own: the memory of this one is that of all tests before."""
    code = (
        "import pathlib, re; from tests.unit.trust.test_mutations import HUGE, attempt\n"
        "for make in HUGE.values(): attempt(make())\n"
        # Not ru_maxrss, which a process inherits from the one that started it.
        "print(1024 * int(re.search(r'VmHWM:\\s+(\\d+)', pathlib.Path('/proc/self/status').read_text())[1]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert int(done.stdout) < LARGEST_BYTES
