"""From sign-in to signature: a portal asks of a running instance whether a signer is the person who signed in."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
import urllib3
from cryptography import x509
from cryptography.x509.oid import NameOID

from idbridge.pki.issuing.certificates import Order, Validity
from idbridge.pki.issuing.key_types import generate_key
from idbridge.pki.issuing.signer import signer_for
from idbridge.pki.issuing.subjects import IdentityNumber
from idbridge.services.demo_pki import DemoPki
from idbridge.services.signing import SigningKey, drive
from idbridge.signatures.contents import KnownContent
from idbridge.signatures.making.catalogue import FORMATS, MadeFormat, Plan
from idbridge.signatures.making.steps import Statement
from tests.bridge.browser import Browser, walk
from tests.bridge.demo import Demo
from tests.bridge.relying_party import RelyingParty
from tests.interop.demo import PROFILES

LI_MIN, SOMEBODY = "440106198803123525", "440300199507041821"
GD_PERSON = "2.25.209418468690324040839483063307340586841.2.1"


@pytest.fixture(scope="module")
def subject(portal: RelyingParty) -> str:
    """How the portal knows Li Min, who signed in and let it ask."""
    browser = Browser()
    attempt = portal.request(scope="openid signatures")
    tokens = portal.tokens(attempt, walk(browser, browser.get(attempt.url), "GD", "li-min").url)
    assert portal.userinfo(tokens.access_token).json["signature_match"] is True
    return tokens.claims["sub"]


def letter(demo: Demo, number: str) -> bytes:
    """Return a letter signed under a certificate that Guangdong's CA issues now, for the holder of *number*."""
    pki, now = DemoPki(demo.home / "pki"), datetime.now(UTC).replace(microsecond=0)
    key = generate_key("sm2")
    name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"), x509.NameAttribute(NameOID.COMMON_NAME, "李敏")])
    order = Order(
        name, signer_for(key).public_key_info, (GD_PERSON,), identity_numbers=(IdentityNumber("resident-id", number),)
    )
    validity = Validity(now - timedelta(minutes=1), now + timedelta(days=1))
    issued = pki.authority("gd-ca-sm2", PROFILES).issue("person-signature", order, validity)
    signing = SigningKey(issued.der, signer_for(key))
    plan = Plan((KnownContent.of(b"Letter\n"),), signing.signatory, Statement(now))
    return drive(FORMATS[MadeFormat.CADES].make(plan), signing.signer, None)


def ask(portal: RelyingParty, document: bytes, subject: str) -> dict:
    pair = f"{quote(portal.client_id, safe='')}:{quote(portal.client_secret, safe='')}"
    headers = {
        "Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}",
        "Content-Type": "application/json",
    }
    body = json.dumps({"document": base64.b64encode(document).decode(), "subject": subject})
    answer = urllib3.request("POST", f"{portal.issuer}/api/v1/verifications", body=body, headers=headers, timeout=30)
    assert answer.status == 200, answer.data
    (signature,) = answer.json()["signatures"]
    assert signature["indication"] == "TOTAL_PASSED", answer.data
    return signature["person"]


def test_the_person_who_signed_in_is_told_from_another(demo: Demo, portal: RelyingParty, subject: str) -> None:
    assert ask(portal, letter(demo, LI_MIN), subject) == {"answer": "yes", "reason": "same-number"}
    assert ask(portal, letter(demo, SOMEBODY), subject) == {"answer": "no", "reason": "other-number"}


def test_another_portal_is_told_nothing_of_the_same_person(demo: Demo, subject: str) -> None:
    other = demo.register("--scope", "signatures", redirect_uri="https://elsewhere.test/callback")
    assert ask(other, letter(demo, LI_MIN), subject) == {"answer": "cannot-tell", "reason": "not-permitted"}


def test_no_number_is_in_the_log(demo: Demo, portal: RelyingParty, subject: str) -> None:
    ask(portal, letter(demo, LI_MIN), subject)
    assert LI_MIN.encode() not in demo.log.read_bytes()
