"""Remote signing by iAM Smart against the sandbox's provider: every format, every refusal, nothing personal about."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest

from idbridge import verify_document
from idbridge.identity.sealing import Keyring
from idbridge.regions.connector import RegionRefusal
from idbridge.regions.iamsmart_signing import (
    IamSmartSigning,
    SigningKind,
    SigningRequest,
    SigningUser,
    hkic_hash,
    identification_code,
)
from idbridge.sandbox.registration import portal_iam_smart
from idbridge.services.remote_signing import ASKED, DOCUMENT_LIMIT, AnswerUnknown, Order, Outcome
from idbridge.signatures.making.catalogue import MadeFormat
from idbridge.signatures.making.pdf.appearance import Appearance
from idbridge.signatures.making.pdf.signing import Certification, PdfSigning
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.refusals import DocumentRefused, Refusal
from idbridge.storage.redis import RedisExpiring
from idbridge.storage.redis_clients import connect
from idbridge.storage.valkey import EmbeddedValkey, socket_url
from tests.integration.signing_scene import (
    ADDRESSES,
    CHAN,
    CREDENTIALS,
    HO,
    PAPER,
    WITHOUT_PLUS,
    Scene,
    content_of,
    forged,
    keys,
    signatory,
)
from tests.unit.signatures.making.pdf.papers import plain, saved
from tests.unit.signatures.making.pdf.workshop import signed, signer


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """An embedded Valkey; its socket's path has to be short."""
    with tempfile.TemporaryDirectory() as made:
        valkey = EmbeddedValkey(Path(made))
        valkey.start()
        yield Path(made)
        valkey.stop()


@pytest.fixture
def scene(folder: Path) -> Iterator[Scene]:
    store = RedisExpiring(connect(socket_url(folder)), Keyring(bytes([1]) * 32, bytes([2]) * 32))
    yield Scene(store)
    store.close()


def outcome(scene: Scene, order: Order | None = None, person: str = CHAN) -> Outcome:
    begun = scene.begin(order, person)
    assert scene.remote.outcome(begun.reference) == Outcome()
    assert b'"D00000"' in scene.remote.hear(scene.answered(begun, person))
    found = scene.remote.outcome(begun.reference)
    assert found is not None
    assert not found.is_pending
    return found


def refusal(scene: Scene, order: Order | None = None, code: str | None = None, **changes: object) -> str | None:
    """Change the answer to an order, and return why nothing came of it."""
    begun = scene.begin(order)
    scene.remote.hear(forged(scene.answered(begun), code, **changes))
    found = scene.remote.outcome(begun.reference)
    assert found is not None
    assert not found.document
    return found.refused


def hash_order(scene: Scene, person: str = CHAN, **settings: object) -> Order:
    return scene.order(signatory=signatory(person), **settings)


# --- what comes of it


@pytest.mark.parametrize("pdf", [PdfSigning(), PdfSigning(appearance=Appearance((72, 72, 272, 132)), name="陳小文")])
def test_a_pdf_is_signed_by_a_whole_message(scene: Scene, pdf: PdfSigning) -> None:
    found = outcome(scene, scene.order(pdf=pdf))
    assert found.document.startswith(PAPER)
    (signature,) = verify_document(found.document, trust=[keys()[CHAN].root], at=scene.clock.now).signatures
    assert (signature.integrity, signature.evidence.form.value) == ("intact", "PKCS7")
    assert b"/adbe.pkcs7.detached" in found.document


@pytest.mark.parametrize(
    "kind", [MadeFormat.PADES, MadeFormat.CADES, MadeFormat.XADES, MadeFormat.JADES, MadeFormat.ASIC_E_XADES]
)
def test_every_format_is_signed_by_a_value(scene: Scene, kind: MadeFormat) -> None:
    found = outcome(scene, hash_order(scene, format=kind))
    (signature,) = verify_document(found.document, trust=[keys()[CHAN].root], at=scene.clock.now).signatures
    assert (signature.integrity, signature.level) == ("intact", "B-B")
    assert signature.signer.certificate.sha256 == hashlib.sha256(keys()[CHAN].certificate).hexdigest()


def test_two_people_sign_one_after_the_other(scene: Scene) -> None:
    first = outcome(scene).document
    second = outcome(scene, hash_order(scene, HO, document=first), HO).document
    assert second.startswith(first)
    assert [s.integrity for s in verify_document(second, trust=None, at=scene.clock.now).signatures] == ["intact", "intact"]


def test_the_app_shows_what_is_signed_and_the_code_to_compare(scene: Scene) -> None:
    begun = scene.begin()
    for language, word in (("zh-HK", "簽署文件"), ("zh-CN", "签署文件"), ("en-US", "Sign a document")):
        _, page = scene.browser().get(begun.url.replace("lang=en-US", f"lang={language}"))
        assert word in page
        assert "合約.pdf" in page
        assert begun.code in page
        assert "Bay Area Services" in page


def test_the_hash_of_an_identity_card_is_iam_smarts() -> None:
    assert hkic_hash("A123456") == "rDcExehSzsiEp2laLaJqrtaX2ua9sdaugwaY5ONmYwk="
    assert identification_code(bytes.fromhex("00ff" * 16)) == "00FF 00FF"


def test_a_request_has_bounds() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        SigningRequest(SigningKind.HASH, b"short", "d", "s", "n")
    with pytest.raises(ValueError, match="characters"):
        SigningRequest(SigningKind.HASH, bytes(32), "d" * 101, "s", "n")


def test_a_long_name_is_shown_in_part(scene: Scene) -> None:
    assert outcome(scene, scene.order(name="長" * 400)).document


# --- who may sign


def test_who_has_no_plus_cannot_sign(scene: Scene) -> None:
    with pytest.raises(RegionRefusal, match="signing-not-allowed"):
        scene.begin(person=WITHOUT_PLUS)


def test_another_persons_identity_card_is_refused(scene: Scene) -> None:
    assert scene.begin(identity_hash=hkic_hash("Y123456")).url
    with pytest.raises(RegionRefusal, match="identity-differs"):
        scene.begin(identity_hash=hkic_hash("R305172"))


def test_nobody_approves_for_another(scene: Scene) -> None:
    begun = scene.begin()
    status, page = scene.decide(begun, HO)
    assert (status, 'data-error="form"' in page) == (400, True)
    assert scene.posted == []
    assert scene.answered(begun)  # the owner still can


def test_a_token_asks_for_its_own_user_only(scene: Scene) -> None:
    chan, ho = scene.sign_in(CHAN), scene.sign_in(HO)
    with pytest.raises(RegionRefusal, match="openid-missing"):
        scene.remote.begin(scene.order(), SigningUser(chan.access_token, ho.open_id), scene.start())


def test_a_no_is_told(scene: Scene) -> None:
    begun = scene.begin()
    scene.remote.hear(scene.answered(begun, decision="cancel"))
    assert scene.remote.outcome(begun.reference) == Outcome(refused="cancelled signing:rejected")


# --- replays, strangers, late ones


def test_an_answer_is_taken_once(scene: Scene) -> None:
    begun = scene.begin()
    body = scene.answered(begun)
    scene.remote.hear(body)
    document = scene.remote.outcome(begun.reference)
    with pytest.raises(AnswerUnknown):
        scene.remote.hear(body)
    assert scene.remote.outcome(begun.reference) == document


def test_a_page_is_answered_once(scene: Scene) -> None:
    begun = scene.begin()
    scene.answered(begun)
    status, page = scene.browser().get(begun.url)
    assert (status, "D40003" in page) == (400, True)


def test_a_decision_without_our_form_is_refused(scene: Scene) -> None:
    begun = scene.begin()
    status, page = scene.browser().post(begun.url, csrf="guessed", persona=CHAN, decision="approve")
    assert (status, 'data-error="form"' in page, scene.posted) == (400, True, [])


def test_a_wrong_secret_is_refused(scene: Scene) -> None:
    wrong = {**CREDENTIALS, "HK-portal": {**CREDENTIALS["HK-portal"], "client_secret": "guessed"}}
    stranger = scene.client(IamSmartSigning(portal_iam_smart(wrong, ADDRESSES)))
    with pytest.raises(RegionRefusal, match="getKey:signature"):
        stranger.begin(scene.order(), scene.sign_in(), scene.start())


def test_a_request_that_is_sent_again_is_refused(scene: Scene) -> None:
    scene.begin()
    again = next(request for request in scene.network.requests if "pdfsigning" in request.url)
    assert b"D20004" in scene.network.send(again).body


def test_a_ticket_and_a_token_end(scene: Scene) -> None:
    begun, user = scene.begin(), scene.sign_in()
    scene.clock.now += timedelta(minutes=19)
    status, page = scene.browser().get(begun.url)
    assert (status, "D40003" in page) == (400, True)
    scene.clock.now += timedelta(hours=4)
    with pytest.raises(RegionRefusal, match="access-token-expired"):
        scene.remote.begin(scene.order(), user, scene.start())


def test_an_answer_that_comes_too_late_is_unknown(scene: Scene) -> None:
    begun = scene.begin()
    body = scene.answered(begun)
    scene.store.delete(ASKED, begun.reference)
    with pytest.raises(AnswerUnknown):
        scene.remote.hear(body)
    assert scene.remote.outcome(begun.reference) == Outcome()


@pytest.mark.parametrize("changes", [{"state": "x"}, {"businessID": "0" * 36}, {"state": None}, {"businessID": 7}])
def test_a_message_that_nobody_asked_for_is_refused(scene: Scene, changes: dict[str, object]) -> None:
    begun = scene.begin()
    with pytest.raises(RegionRefusal, match="notice:state"):
        scene.remote.hear(forged(scene.answered(begun), **changes))
    assert scene.remote.outcome(begun.reference) == Outcome()


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"secretKey":"","content":""}', b"x" * 300_000])
def test_nonsense_is_refused(scene: Scene, body: bytes) -> None:
    with pytest.raises(RegionRefusal, match="notice"):
        scene.remote.hear(body)


def test_the_answer_to_a_profile_enquiry_is_none_to_a_signing(scene: Scene) -> None:
    begun = scene.begin()
    connector_state = scene.login._enquiries.state(begun.reference)
    with pytest.raises(RegionRefusal, match="notice:state"):
        scene.remote.hear(forged(scene.answered(begun), state=connector_state))


# --- answers that are wrong


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"hashCode": b64encode(bytes(32)).decode()}, "untrusted digest"),
        ({"hashCode": None}, "untrusted claim:hashCode"),
        ({"signature": b64encode(bytes(256)).decode()}, "untrusted signature"),
        ({"signature": ""}, "untrusted claim:signature"),
        ({"signature": "no base64"}, "untrusted claim:signature"),
        ({"cert": None}, "untrusted claim:cert"),
        ({"cert": 7}, "untrusted claim:cert"),
        ({"cert": b64encode(b"another").decode()}, "untrusted certificate"),
    ],
)
def test_a_wrong_value_makes_no_document(scene: Scene, changes: dict[str, object], refused: str) -> None:
    assert refusal(scene, hash_order(scene), **changes) == refused


def test_another_persons_signature_makes_no_document(scene: Scene) -> None:
    """The certificate is the one that was told, the value another's."""
    begun = scene.begin(hash_order(scene), HO)
    body = scene.answered(begun, HO)
    scene.remote.hear(body)
    assert scene.remote.outcome(begun.reference) == Outcome(refused="untrusted certificate")
    begun = scene.begin(hash_order(scene), HO)
    told = b64encode(keys()[CHAN].certificate).decode()
    scene.remote.hear(forged(scene.answered(begun, HO), cert=told))
    assert scene.remote.outcome(begun.reference) == Outcome(refused="untrusted signature")


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"docDigest": b64encode(bytes(32)).decode()}, "untrusted digest"),
        ({"docDigest": None}, "untrusted claim:docDigest"),
        ({"pdfSignature": b64encode(b"no message").decode()}, "untrusted signature"),
        ({"pdfSignature": b64encode(bytes(20_000)).decode()}, "making-room"),
    ],
)
def test_a_wrong_message_makes_no_document(scene: Scene, changes: dict[str, object], refused: str) -> None:
    assert refusal(scene, **changes) == refused


def test_a_message_over_another_document_makes_none(scene: Scene) -> None:
    other = scene.begin(scene.order(document=saved(plain(3))))
    body = scene.answered(other)
    assert refusal(scene, pdfSignature=content_of(body)["pdfSignature"]) == "untrusted signature"


@pytest.mark.parametrize(("code", "refused"), [("D70004", "signing-not-allowed"), ("D40003", "timeout"), ("D79999", "79999")])
def test_the_providers_refusals_are_told(scene: Scene, code: str, refused: str) -> None:
    assert refused in str(refusal(scene, code=code))


# --- orders that are refused before anybody is asked


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"document": b"hello"}, Refusal.MALFORMED),
        ({"document": saved(plain(), encryption=pikepdf.Encryption(owner="o", user="u"))}, Refusal.ENCRYPTED),
        ({"document": b"%PDF-1.7" + bytes(DOCUMENT_LIMIT)}, MakingRefusal.FORMAT),
        ({"format": MadeFormat.CADES}, MakingRefusal.FORMAT),
        ({"signatory": signer("ec-p256").signatory}, MakingRefusal.ALGORITHM),
        ({"document": signed(PAPER, certification=Certification.NO_CHANGES)}, MakingRefusal.NOT_PERMITTED),
        ({"pdf": PdfSigning(appearance=Appearance((0, 0, 1, 1), lines=("x",)))}, MakingRefusal.APPEARANCE),
    ],
)
def test_what_cannot_be_signed_is_not_asked_for(scene: Scene, settings: dict[str, object], code: str) -> None:
    with pytest.raises((DocumentRefused, MakingRefused)) as refused:
        scene.begin(scene.order(**settings))
    assert refused.value.code == code
    assert not any("signing" in request.url for request in scene.network.requests)


# --- nothing personal about


def test_nothing_personal_is_in_addresses_logs_and_values(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    user = scene.sign_in()
    order = scene.order(name="陳小文的合約.pdf")
    begun = scene.remote.begin(order, user, scene.start(), hkic_hash("Y123456"))
    scene.remote.hear(scene.answered(begun))
    shown = [repr(order), repr(begun), repr(user), repr(scene.remote.outcome(begun.reference)), caplog.text]
    shown += [str(begun.url), *(request.url for request in scene.network.requests)]
    for secret in ("陳小文", "Y123456", hkic_hash("Y123456"), user.access_token, user.open_id, "%PDF"):
        assert not any(secret in text for text in shown), secret


def test_what_is_kept_is_sealed(scene: Scene, folder: Path) -> None:
    begun = scene.begin()
    client = connect(socket_url(folder))
    (names,) = client.run(("KEYS", "*"))
    kept = client.run(*(("GET", name) for name in names))
    assert kept
    assert not any(b"%PDF" in value or begun.reference.encode() in value for value in kept)


def test_while_an_answer_is_looked_at_it_is_still_waited_for(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    begun = scene.begin()
    body = scene.answered(begun)
    finished = scene.remote._finished

    def looking(*arguments: object) -> Outcome:
        seen.append(scene.remote.outcome(begun.reference))
        return finished(*arguments)

    monkeypatch.setattr(scene.remote, "_finished", looking)
    scene.remote.hear(body)
    assert seen == [Outcome()]
