"""When a person is asked, and when the earlier consent is enough."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from idbridge.identity.assertion import RegionCode
from idbridge.identity.consent import Consent, ConsentId, ConsentQuestion, reason_to_ask
from idbridge.identity.person import PersonId

NOW = datetime(2026, 7, 1, tzinfo=UTC)
CONSENT = Consent(
    id=ConsentId("c"),
    person=PersonId("p"),
    client_id="portal",
    recipient="Portal",
    recipient_region=None,
    source_region=RegionCode("HK"),
    scopes=("openid", "profile"),
    claims=("birthdate", "name"),
    purpose="To open a file",
    purpose_version="1",
    granted_at=NOW,
)


@pytest.mark.parametrize(
    ("consent", "question", "reason"),
    [
        (CONSENT, ConsentQuestion(("name", "birthdate"), "1"), None),
        (CONSENT, ConsentQuestion(("name",), "1"), None),
        (CONSENT, ConsentQuestion((), "1"), None),
        (CONSENT, ConsentQuestion(("name",), "1", prompt_consent=True), "prompt"),
        (None, ConsentQuestion(("name",), "1", prompt_consent=True), "prompt"),
        (None, ConsentQuestion((), ""), "first-time"),
        (replace(CONSENT, ended_at=NOW, ended_by="withdrawn"), ConsentQuestion(("name",), "1"), "first-time"),
        (CONSENT, ConsentQuestion(("name", "address"), "1"), "new-claims"),
        (CONSENT, ConsentQuestion(("name",), "2"), "new-purpose"),
    ],
)
def test_asks_for_a_reason(consent, question, reason):
    assert reason_to_ask(consent, question) == reason
