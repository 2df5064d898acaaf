"""Reports to tell: of one signer, whole and changed, in every language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from idbridge import verify_document
from idbridge.signatures.gathering import ValidationData
from idbridge.signatures.report import DocumentReport
from idbridge.web.reports.voice import Voice, read_voices
from tests.unit.signatures.forge import Authority, cades

AT = datetime(2024, 6, 15, 4, 5, 6, 789, tzinfo=UTC)
VOICES = read_voices()


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture(params=VOICES)
def voice(request: pytest.FixtureRequest) -> Voice:
    return VOICES[request.param]


@pytest.fixture
def english() -> Voice:
    return VOICES["en"]


@pytest.fixture(scope="session")
def judged(authority: Authority) -> Callable[..., DocumentReport]:
    """Returns the report on a signature by somebody of a name, over something."""

    def judge(name: str = "Ng Sio Fong", *, revoked: datetime | None = None, document: str = "letter.p7m", **how: object):
        signer = authority.issue(name)
        data = how.pop("data", None) or cades(signer, b"content", **how)
        crl = authority.crl(AT, *([(signer, revoked)] if revoked else []))
        evidence = ValidationData(crls=(crl,))
        return verify_document(data, trust=[authority.root.der], at=AT, name=document, evidence=evidence)

    return judge
