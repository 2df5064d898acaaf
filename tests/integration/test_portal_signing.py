"""The sample portal's pages for signing with iAM Smart: the way through, the ways out, and what strangers get."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from idbridge import verify_document
from idbridge.identity.sealing import Keyring
from idbridge.regions.iamsmart_config import SUCCESS
from idbridge.sandbox.portal import SigningDesk, create_portal
from idbridge.sandbox.portal.sample import sample_agreement
from idbridge.sandbox.portal.signing import DRAFT
from idbridge.services.remote_signing import ASKED
from idbridge.signatures.making.pdf.signing import Certification
from idbridge.storage.redis import RedisExpiring
from idbridge.storage.redis_clients import connect
from idbridge.storage.valkey import EmbeddedValkey, socket_url
from idbridge.web.languages import LANGUAGES
from tests.integration.signing_scene import CHAN, HO, PAPER, PORTAL, WITHOUT_PLUS, Scene, forged
from tests.unit.sandbox.provider_double import CONFIG, Provider
from tests.unit.signatures.making.pdf.workshop import signed


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
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


@pytest.fixture
def visitor(scene: Scene) -> FlaskClient:
    """A browser at a portal that shares the scene's client, store and clock."""
    verify = "https://bridge.example/verify"
    desk = SigningDesk(scene.login, scene.remote, scene.store, scene.network.send, scene.clock, PORTAL, verify)
    return create_portal(CONFIG, Provider(), signing=desk).test_client()  # type: ignore[arg-type]


def get(visitor: FlaskClient, path: str) -> TestResponse:
    return visitor.get(path, base_url=PORTAL)


def hook(answer: TestResponse) -> str:
    (main,) = html.document_fromstring(answer.text).xpath("//main")
    return main.get("data-portal") or main.get("data-error")


def post(visitor: FlaskClient, **fields: Any) -> TestResponse:
    page = html.document_fromstring(get(visitor, "/sign").text)
    csrf = page.xpath("//form[@id='sign']//input[@name='csrf']/@value")[0]
    return visitor.post("/sign", data={"csrf": csrf, **fields}, base_url=PORTAL)


def sent(visitor: FlaskClient, data: bytes = PAPER, name: str = "合約.pdf", **fields: Any) -> TestResponse:
    return post(visitor, document=(io.BytesIO(data), name), choice="file", **fields)


def signed_in(scene: Scene, visitor: FlaskClient, departed: TestResponse, person: str = CHAN) -> TestResponse:
    """Sign in at iAM Smart and follow the way back, to the page with the code or to a refusal."""
    location = scene.browser().sign_in(departed.headers["Location"], person)
    answer = get(visitor, location.removeprefix(PORTAL))
    return get(visitor, answer.headers["Location"]) if answer.status_code == 303 else answer


def decided(scene: Scene, page: TestResponse, decision: str = "approve", person: str = CHAN) -> str:
    """Decide in the app; return where it sends the browser."""
    (url,) = html.document_fromstring(page.text).xpath("//a[@id='continue']/@href")
    browser = scene.browser()
    status, location = browser.post(url, csrf=browser.csrf(url), persona=person, decision=decision)
    assert status == 302, location
    return location.removeprefix(PORTAL)


def deliver(scene: Scene, visitor: FlaskClient, body: bytes | None = None) -> TestResponse:
    return visitor.post("/sign/notice", data=body or scene.posted.pop(), base_url=PORTAL)


def finished(scene: Scene, visitor: FlaskClient, departed: TestResponse) -> TestResponse:
    back = decided(scene, signed_in(scene, visitor, departed))
    assert deliver(scene, visitor).json["code"] == f"D{SUCCESS}"
    return get(visitor, get(visitor, back).headers["Location"])


@pytest.mark.parametrize("visible", [{"visible": "yes"}, {}])
def test_a_file_is_signed_and_downloaded(scene: Scene, visitor: FlaskClient, visible: dict[str, str]) -> None:
    page = finished(scene, visitor, sent(visitor, **visible))
    assert hook(page) == "signed"
    assert "合約-signed.pdf" in page.text
    download = get(visitor, "/sign/document")
    assert download.mimetype == "application/pdf"
    assert download.data.startswith(PAPER)
    (signature,) = verify_document(download.data, trust=None, at=scene.clock.now).signatures
    assert signature.integrity == "intact"
    assert (b"/AP" in download.data[len(PAPER) :]) is bool(visible)


def test_the_sample_is_signed(scene: Scene, visitor: FlaskClient) -> None:
    assert hook(finished(scene, visitor, post(visitor, choice="sample", visible="yes"))) == "signed"
    assert get(visitor, "/sign/document").data.startswith(sample_agreement())


def test_the_page_with_the_code_shows_what_the_app_shows(scene: Scene, visitor: FlaskClient) -> None:
    page = html.document_fromstring(signed_in(scene, visitor, sent(visitor)).text)
    (code,) = page.xpath("//p[@data-code]/text()")
    _, app = scene.browser().get(page.xpath("//a[@id='continue']/@href")[0])
    assert html.document_fromstring(app).xpath("//dd[@data-code]/text()") == [code]


def test_the_page_waits_for_the_answer(scene: Scene, visitor: FlaskClient) -> None:
    back = decided(scene, signed_in(scene, visitor, sent(visitor)))
    waiting = get(visitor, get(visitor, back).headers["Location"])
    assert hook(waiting) == "sign-waiting"
    assert 'http-equiv="refresh"' in waiting.text
    deliver(scene, visitor)
    assert hook(get(visitor, "/sign/result")) == "signed"


@pytest.mark.parametrize("language", [language.tag for language in LANGUAGES])
def test_every_page_speaks_every_language(scene: Scene, visitor: FlaskClient, language: str) -> None:
    assert get(visitor, f"/?lang={language}").text.count('/sign"') == 1
    pages = [get(visitor, "/sign"), signed_in(scene, visitor, sent(visitor))]
    back = decided(scene, pages[-1])
    pages.append(get(visitor, get(visitor, back).headers["Location"]))
    deliver(scene, visitor)
    pages += [get(visitor, "/sign/result"), get(visitor, "/sign/return?state=guessed")]
    assert {html.document_fromstring(page.text).get("lang") for page in pages} == {language}
    assert [hook(page) for page in pages] == ["sign", "sign-compare", "sign-waiting", "signed", "state"]


# --- ways out


def code_after_signing_in(scene: Scene, visitor: FlaskClient, departed: TestResponse, person: str = CHAN) -> str:
    answer = signed_in(scene, visitor, departed, person)
    assert answer.status_code == 400
    return hook(answer)


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"hello", "document-malformed"), (signed(PAPER, certification=Certification.NO_CHANGES), "making-not-permitted")],
)
def test_a_file_that_cannot_be_signed_is_told(scene: Scene, visitor: FlaskClient, data: bytes, code: str) -> None:
    assert code_after_signing_in(scene, visitor, sent(visitor, data)) == code


def test_no_file_at_all(visitor: FlaskClient) -> None:
    for answer in (post(visitor, choice="file"), sent(visitor, b"")):
        assert (answer.status_code, hook(answer)) == (400, "document-empty")


def test_a_file_beyond_the_limit(visitor: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idbridge.sandbox.portal.signing.DOCUMENT_LIMIT", 100)
    answer = sent(visitor)
    assert (answer.status_code, hook(answer)) == (400, "document-too-large")
    answer = sent(visitor, bytes(20_000))
    assert answer.status_code == 413


def test_who_has_no_plus(scene: Scene, visitor: FlaskClient) -> None:
    assert code_after_signing_in(scene, visitor, sent(visitor), WITHOUT_PLUS) == "signing-not-allowed"


def test_a_no(scene: Scene, visitor: FlaskClient) -> None:
    back = decided(scene, signed_in(scene, visitor, sent(visitor)), "cancel")
    deliver(scene, visitor)
    answer = get(visitor, get(visitor, back).headers["Location"])
    assert (answer.status_code, hook(answer)) == (400, "rejected")
    assert hook(get(visitor, "/sign/document")) == "rejected"


def test_a_no_at_the_sign_in(scene: Scene, visitor: FlaskClient) -> None:
    url = sent(visitor).headers["Location"]
    browser = scene.browser()
    _, location = browser.post(url, csrf=browser.csrf(url), persona=CHAN, decision="cancel")
    answer = get(visitor, location.removeprefix(PORTAL))
    assert (answer.status_code, hook(answer)) == (400, "cancelled")


def test_an_answer_that_was_changed(scene: Scene, visitor: FlaskClient) -> None:
    back = decided(scene, signed_in(scene, visitor, sent(visitor)))
    deliver(scene, visitor, forged(scene.posted.pop(), docDigest="AAAA"))
    assert hook(get(visitor, get(visitor, back).headers["Location"])) == "digest"


def test_what_took_too_long(scene: Scene, visitor: FlaskClient) -> None:
    departed = sent(visitor)
    state = departed.headers["Location"].split("state=")[1].split("&")[0]
    scene.store.delete(DRAFT, state)
    assert code_after_signing_in(scene, visitor, departed) == "expired"
    back = decided(scene, signed_in(scene, visitor, sent(visitor)))
    body = scene.posted.pop()
    begun_page = get(visitor, back)
    assert begun_page.status_code == 303
    (names,) = scene.store._client.run(("KEYS", "*"))
    scene.store._client.run(*(("DEL", name) for name in names))
    assert hook(get(visitor, "/sign/result")) == "expired"
    assert hook(get(visitor, "/sign/document")) == "expired"
    assert deliver(scene, visitor, body).status_code == 404
    assert ASKED.lifetime == 20 * 60


# --- strangers


def test_a_form_from_elsewhere_is_refused(visitor: FlaskClient) -> None:
    get(visitor, "/sign")
    for csrf in ("", "guessed"):
        answer = visitor.post("/sign", data={"csrf": csrf, "choice": "sample"}, base_url=PORTAL)
        assert answer.status_code == 403
    assert visitor.application.test_client().post("/sign", data={"choice": "sample"}, base_url=PORTAL).status_code == 403


@pytest.mark.parametrize("path", ["/sign/return", "/sign/compare", "/sign/result", "/sign/document"])
def test_pages_of_no_signing(visitor: FlaskClient, path: str) -> None:
    for prepare in ("/", "/sign"):
        get(visitor, prepare)
        answer = get(visitor, path)
        assert (answer.status_code, hook(answer)) == (400, "state")


def test_a_way_back_that_is_not_ours(scene: Scene, visitor: FlaskClient) -> None:
    location = scene.browser().sign_in(sent(visitor).headers["Location"], CHAN)
    answer = get(visitor, location.removeprefix(PORTAL).replace("state=", "state=x"))
    assert (answer.status_code, hook(answer)) == (400, "state")
    signed_in(scene, visitor, sent(visitor))
    assert hook(get(visitor, "/sign/return?state=guessed")) == "state"


def test_another_browser_sees_nothing_of_it(scene: Scene, visitor: FlaskClient) -> None:
    finished(scene, visitor, sent(visitor))
    other = visitor.application.test_client()
    get(other, "/sign")
    assert hook(get(other, "/sign/document")) == "state"


def test_notices_of_strangers_and_replays(scene: Scene, visitor: FlaskClient) -> None:
    assert deliver(scene, visitor, b"{}").status_code == 400
    decided(scene, signed_in(scene, visitor, sent(visitor)))
    body = scene.posted.pop()
    assert [deliver(scene, visitor, body).status_code for _ in range(2)] == [200, 404]
    assert deliver(scene, visitor, b"x" * 300_000).status_code == 413


def test_only_the_signer_approves(scene: Scene, visitor: FlaskClient) -> None:
    page = signed_in(scene, visitor, sent(visitor))
    (url,) = html.document_fromstring(page.text).xpath("//a[@id='continue']/@href")
    browser = scene.browser()
    status, _ = browser.post(url, csrf=browser.csrf(url), persona=HO, decision="approve")
    assert (status, scene.posted) == (400, [])


def test_names_are_made_harmless(scene: Scene, visitor: FlaskClient) -> None:
    finished(scene, visitor, sent(visitor, name='..\\../a"b\r\nX: y;é' + "長" * 300 + ".pdf"))
    disposition = get(visitor, "/sign/document").headers["Content-Disposition"]
    assert disposition.isascii()
    assert len(disposition) < 2_000


def test_a_portal_without_a_desk_offers_no_signing() -> None:
    visitor = create_portal(CONFIG, Provider()).test_client()  # type: ignore[arg-type]
    assert get(visitor, "/sign").status_code == 404
    assert '/sign"' not in get(visitor, "/").text
