"""What makes a JWS JAdES, requirement by requirement of level B-B (TS 119 182-1 clause 6.3)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest

from idbridge import verify_document
from idbridge.signatures.gathering import ValidationData
from tests.unit.signatures.forge import Authority
from tests.unit.signatures.formats.jws.workshop import flattened, header, url, written

SIGNER = Authority().issue("Signer")
TEXT = b"the bid of the ferry company"
OTHER = {"digAlg": "S512", "digVal": url(hashlib.sha512(SIGNER.der).digest())}
JADES, JSON = ("JAdES", "B-B"), ("JSON", "NOT_ETSI")


def form_and_level(etsi_u: list[Any] | None = None, **more: Any) -> tuple[str, str]:
    data = written(flattened(SIGNER, url(TEXT), header(SIGNER, **more), etsi_u=etsi_u))
    known = ValidationData(certificates=(SIGNER.der,))
    (signature,) = verify_document(data, trust=None, at=datetime(2026, 1, 1, tzinfo=UTC), evidence=known).signatures
    assert signature.integrity == "intact"
    return signature.evidence.form.value, signature.level


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, JADES),
        ({"sigT": None, "iat": 1717243200, "crit": None}, JADES),
        ({"sigT": None, "crit": None}, JSON),  # no time
        ({"iat": 1717243200}, JSON),  # two
        ({"sigT": "2025-05-14T23:59:59Z"}, JADES),
        ({"sigT": "2025-05-15T00:00:00Z"}, JSON),  # from then on it is iat
        ({"x5c": None}, JADES),
        ({"x5t#S256": None, "x5t#o": OTHER}, JADES),
        ({"x5t#S256": None, "sigX5ts": [OTHER]}, JADES),
        ({"x5t#o": OTHER}, JSON),  # one of the three
        ({"x5t#S256": None}, JSON),
    ],
)
def test_requirements_of_the_header(more: dict[str, Any], expected: tuple[str, str]) -> None:
    assert form_and_level(**more) == expected


def test_a_detached_content_that_is_not_critical() -> None:
    mechanism = {"mId": "http://uri.etsi.org/19182/ObjectIdByURIHash", "pars": ["a"], "hashM": "S256"}
    detached = {**mechanism, "hashV": [url(hashlib.sha256(TEXT).digest())]}
    for critical, expected in (["sigT", "sigD"], "JAdES"), (["sigT"], "JSON"):
        data = written(flattened(SIGNER, None, header(SIGNER, sigD=detached, crit=critical), signed=""))
        report = verify_document(data, trust=None, at=datetime(2026, 1, 1, tzinfo=UTC), detached={"a": TEXT})
        (signature,) = report.signatures
        assert (signature.integrity, signature.evidence.form) == ("intact", expected)


def test_references_keep_values_from_making_a_level() -> None:
    values = {"xVals": [{"x509Cert": {"val": header(SIGNER)["x5c"][0]}}]}
    assert form_and_level([values, {"xRefs": []}]) == JADES
