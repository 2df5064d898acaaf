"""The three connectors against the three sandbox providers, which were written from the protocols and refuse what is wrong."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from idbridge.exchange import HttpRequest, HttpResponse
from idbridge.identity.assertion import RegionAssertion
from idbridge.identity.assurance import Assurance
from idbridge.regions.catalogue import connect, read_region
from idbridge.regions.connector import Connector, RegionRefusal, Start
from idbridge.sandbox.guangdong import create_guangdong
from idbridge.sandbox.hongkong import create_hongkong
from idbridge.sandbox.macao import create_macao
from idbridge.sandbox.personas import Persona, load_personas
from idbridge.sandbox.registration import (
    Addresses,
    bridge_regions,
    guangdong_config,
    hongkong_config,
    macao_config,
    register,
)
from tests.simulators.driver import Browser, Network, drive, nobody, query_of

AT = Addresses("https://bridge.example", "https://gd.example", "https://hk.example", "https://mo.example")
NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
PERSONAS = load_personas()
CREDENTIALS = register()
MADE = {"GD": create_guangdong, "HK": create_hongkong, "MO": create_macao}


class Clock:
    """A clock that the test sets, shared by both sides."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Sandbox:
    """All three providers with the bridge's connectors, and what was posted to the bridge."""

    clock: Clock
    apps: dict[str, Flask]
    network: Network
    connectors: dict[str, Connector]
    posted: list[tuple[str, bytes]]

    def start(self, region: str, **change: Any) -> Start:
        start = Start("state-1", AT.callback(region), AT.notice(region), "zh-Hant", self.clock.now)
        return replace(start, **change)

    def browser(self, region: str) -> Browser:
        return Browser(self.apps[region], f"https://{region.lower()}.example")

    def sign_in(self, region: str, persona: str, **change: Any) -> RegionAssertion:
        connector = self.connectors[region]
        departure = drive(connector.depart(self.start(region, **change)), self.network.send)
        location = self.browser(region).sign_in(departure.url, persona)
        assert location.startswith(AT.callback(region))
        return drive(connector.arrive(query_of(location), departure.memo, self.clock.now), self.network.send)

    def refusal(self, region: str, send: Callable[[HttpRequest], HttpResponse] | None = None, **answer: str) -> str:
        """Sign in up to the callback, change the browser's answer or the network, and return the refusal."""
        connector = self.connectors[region]
        departure = drive(connector.depart(self.start(region)), self.network.send)
        persona = next(each.key for each in PERSONAS if account_of(each, region))
        location = self.browser(region).sign_in(departure.url, persona)
        steps = connector.arrive({**query_of(location), **answer}, departure.memo, self.clock.now)
        with pytest.raises(RegionRefusal) as caught:
            drive(steps, send or self.network.send)
        return f"{caught.value.code} {caught.value.check}".strip()


def account_of(persona: Persona, region: str) -> object:
    return {"GD": persona.guangdong, "HK": persona.hongkong, "MO": persona.macao}[region]


@pytest.fixture
def sandbox() -> Sandbox:
    clock, posted = Clock(), []

    def post(url: str, body: bytes) -> int:
        posted.append((url, body))
        return 200

    apps = {
        "GD": create_guangdong(guangdong_config(CREDENTIALS, AT, clock)),
        "HK": create_hongkong(replace(hongkong_config(CREDENTIALS, AT, clock), post=post, run=lambda task: task())),
        "MO": create_macao(macao_config(CREDENTIALS, AT, clock)),
    }
    network = Network(gd=apps["GD"], hk=apps["HK"], mo=apps["MO"])
    tables = bridge_regions(CREDENTIALS, AT)
    connectors = {code: connect(read_region(code, table)) for code, table in tables.items()}
    return Sandbox(clock, apps, network, connectors, posted)


# --- Everyone can sign in wherever they have an account ---------------------------------------------------------------

EVERYWHERE = [(region, persona) for region in MADE for persona in PERSONAS if account_of(persona, region)]


@pytest.mark.parametrize(("region", "persona"), EVERYWHERE, ids=lambda value: getattr(value, "key", value))
def test_a_persona_signs_in(sandbox: Sandbox, region: str, persona: Persona, caplog: pytest.LogCaptureFixture) -> None:
    first = sandbox.sign_in(region, persona.key)
    assert first == sandbox.sign_in(region, persona.key)
    assert first.region == region
    assert first.authenticated_at == NOW
    assert caplog.messages == []  # every claim is known and readable


def test_no_two_people_share_a_subject_and_one_person_keeps_one_in_a_region(sandbox: Sandbox) -> None:
    subjects = [(region, sandbox.sign_in(region, persona.key).subject) for region, persona in EVERYWHERE]
    assert len(set(subjects)) == len(EVERYWHERE) - 1  # he-jun is one person, by himself and for his company
    assert sandbox.sign_in("GD", "he-jun").subject == sandbox.sign_in("GD", "he-jun-company").subject


@pytest.mark.parametrize(
    ("region", "persona", "level"),
    [
        ("GD", "huang-jie", Assurance.LOW),
        ("GD", "chan-siu-man", Assurance.SUBSTANTIAL),
        ("GD", "li-min", Assurance.HIGH),
        ("HK", "wong-ka-yan", Assurance.SUBSTANTIAL),
        ("HK", "chan-siu-man", Assurance.HIGH),
        ("MO", "sousa-ana", Assurance.LOW),
        ("MO", "ho-sou-fan", Assurance.SUBSTANTIAL),
        ("MO", "leong-wai-keng", Assurance.HIGH),
    ],
)
def test_levels(sandbox: Sandbox, region: str, persona: str, level: Assurance) -> None:
    assert sandbox.sign_in(region, persona).assurance is level
    if level < Assurance.HIGH:
        with pytest.raises(RegionRefusal, match="insufficient"):
            sandbox.sign_in(region, persona, assurance=Assurance.HIGH, least=Assurance.HIGH)
        assert sandbox.sign_in(region, persona, assurance=Assurance.HIGH).assurance is level


@pytest.mark.parametrize(
    ("persona", "kind"),
    [("li-min", "CN-RESIDENT-ID"), ("chan-siu-man", "CN-RESIDENCE-PERMIT-HK"), ("ho-sou-fan", "MAINLAND-TRAVEL-PERMIT")],
)
def test_documents_of_the_mainland(sandbox: Sandbox, persona: str, kind: str) -> None:
    attributes = sandbox.sign_in("GD", persona).attributes
    assert attributes is not None
    assert [document.kind for document in attributes.documents] == [kind]


def test_a_companys_staff_member_acts_for_it(sandbox: Sandbox) -> None:
    attributes = sandbox.sign_in("GD", "he-jun-company").attributes
    assert attributes is not None
    assert [name.full for name in attributes.names] == ["何俊"]
    assert [organisation.registration.number for organisation in attributes.organisations] == ["91440101MA5BDGE18J"]
    assert attributes.organisations[0].role == "contact"


def test_macao_tells_names_documents_and_contacts(sandbox: Sandbox) -> None:
    attributes = sandbox.sign_in("MO", "leong-wai-keng").attributes
    assert attributes is not None
    assert [(name.script, name.full) for name in attributes.names] == [("Hant", "梁慧瓊"), ("Latn", "Leong Wai Keng")]
    assert [(document.kind, document.number) for document in attributes.documents] == [("MO-BIR", "51234567")]
    assert (attributes.email, attributes.email_verified) == ("leong.waikeng@example.mo", True)
    assert attributes.address == "澳門示例大馬路1號"


@pytest.mark.parametrize("region", MADE)
def test_a_fresh_login_works_everywhere(sandbox: Sandbox, region: str) -> None:
    persona = next(each.key for each in PERSONAS if account_of(each, region))
    connector = sandbox.connectors[region]
    departure = drive(connector.depart(sandbox.start(region, fresh=True)), sandbox.network.send)
    url, browser = departure.url, sandbox.browser(region)
    if region == "GD":  # by the logout
        url = sandbox.apps["GD"].test_client().get(url.removeprefix("https://gd.example")).headers["Location"]
    location = browser.sign_in(url, persona)
    assert drive(connector.arrive(query_of(location), departure.memo, NOW), sandbox.network.send).authenticated_at == NOW


# --- The user's own no, and pages that are not ours -------------------------------------------------------------------


@pytest.mark.parametrize("region", MADE)
def test_cancelling_returns_to_the_bridge_as_cancelled(sandbox: Sandbox, region: str) -> None:
    connector = sandbox.connectors[region]
    departure = drive(connector.depart(sandbox.start(region)), sandbox.network.send)
    location = sandbox.browser(region).sign_in(departure.url, "", "cancel")
    with pytest.raises(RegionRefusal, match=f"^{region}: cancelled"):
        drive(connector.arrive(query_of(location), departure.memo, NOW), sandbox.network.send)


@pytest.mark.parametrize("region", MADE)
@pytest.mark.parametrize("form", [{}, {"csrf": "forged"}, {"persona": "nobody"}, {"decision": "maybe"}])
def test_a_form_that_is_not_the_pages_own_is_refused(sandbox: Sandbox, region: str, form: dict[str, str]) -> None:
    url = drive(sandbox.connectors[region].depart(sandbox.start(region)), sandbox.network.send).url
    browser = sandbox.browser(region)
    persona = next(each.key for each in PERSONAS if account_of(each, region))
    complete = {"csrf": browser.csrf(url), "persona": persona, "decision": "approve", **form} if form else {}
    status, page = browser.post(url, **complete)
    assert status == 400
    assert 'data-error="form"' in page


@pytest.mark.parametrize("region", MADE)
def test_the_page_has_its_hooks_and_offers_only_people_with_an_account(sandbox: Sandbox, region: str) -> None:
    url = drive(sandbox.connectors[region].depart(sandbox.start(region)), sandbox.network.send).url
    status, page = sandbox.browser(region).get(url)
    assert status == 200
    for hook in ('id="sign-in"', 'name="persona"', 'id="approve"', 'id="cancel"', 'role="note"'):
        assert hook in page
    offered = {persona.key for persona in PERSONAS if f'value="{persona.key}"' in page}
    assert offered == {persona.key for persona in PERSONAS if account_of(persona, region)}
    assert "http://" not in page
    assert "https://" not in page


@pytest.mark.parametrize("region", MADE)
@pytest.mark.parametrize(
    ("language", "title"), [("zh-Hans", "登录"), ("zh-Hant", "登入"), ("en", "Sign in"), ("pt", "Iniciar sessão")]
)
def test_the_page_speaks_the_language_asked(sandbox: Sandbox, region: str, language: str, title: str) -> None:
    start = sandbox.start(region, language=language)
    url = drive(sandbox.connectors[region].depart(start), sandbox.network.send).url
    browser_speaks = {"zh-Hans": "zh-CN,zh;q=0.9", "zh-Hant": "zh-HK", "en": "en-GB,en;q=0.5", "pt": "pt-PT,pt;q=0.8"}
    _, page = sandbox.browser(region).get(url, **{"Accept-Language": browser_speaks[language]})
    if (region, language) == ("HK", "pt"):  # iAM Smart has no Portuguese
        title = "Sign in"
    assert f"<h1>{title}</h1>" in page


@pytest.mark.parametrize("region", MADE)
@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("idbridge", "another"), ("bridge.example%2Fregions", "evil.example%2Fregions"), ("callback", "callback2")],
)
def test_an_unregistered_client_or_redirect_uri_is_never_redirected(
    sandbox: Sandbox, region: str, theirs: str, ours: str
) -> None:
    url = drive(sandbox.connectors[region].depart(sandbox.start(region)), sandbox.network.send).url
    assert theirs in url
    status, page = sandbox.browser(region).get(url.replace(theirs, ours))
    assert status == 400
    assert "data-error=" in page


@pytest.mark.parametrize("region", MADE)
def test_health_and_headers(sandbox: Sandbox, region: str) -> None:
    answer = sandbox.apps[region].test_client().get("/healthz")
    assert answer.get_json() == {"status": "ok"}
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_guangdongs_logout_goes_nowhere_else(sandbox: Sandbox) -> None:
    client = sandbox.apps["GD"].test_client()
    assert client.get("/_tif_sso_logout_/?redirect_uri=https://evil.example/").status_code == 400


# --- Codes --------------------------------------------------------------------------------------------------------------

CODE_REFUSED = {"GD": "untrusted code", "HK": "untrusted getToken:code-expired", "MO": "untrusted code"}
CODE_LIFE = {"GD": timedelta(minutes=1), "HK": timedelta(seconds=30), "MO": timedelta(minutes=1)}


@pytest.mark.parametrize("region", MADE)
def test_a_made_up_code_is_refused(sandbox: Sandbox, region: str) -> None:
    assert sandbox.refusal(region, code="made-up") == CODE_REFUSED[region]


@pytest.mark.parametrize("region", MADE)
def test_a_code_serves_once(sandbox: Sandbox, region: str) -> None:
    connector = sandbox.connectors[region]
    departure = drive(connector.depart(sandbox.start(region)), sandbox.network.send)
    persona = next(each.key for each in PERSONAS if account_of(each, region))
    answer = query_of(sandbox.browser(region).sign_in(departure.url, persona))
    assert drive(connector.arrive(answer, departure.memo, NOW), sandbox.network.send).region == region
    with pytest.raises(RegionRefusal) as caught:
        drive(connector.arrive(answer, departure.memo, NOW), sandbox.network.send)
    assert f"{caught.value.code} {caught.value.check}" == CODE_REFUSED[region]


@pytest.mark.parametrize("region", MADE)
def test_a_code_expires(sandbox: Sandbox, region: str) -> None:
    connector = sandbox.connectors[region]
    persona = next(each.key for each in PERSONAS if account_of(each, region))
    for late, expected in ((timedelta(seconds=-1), None), (timedelta(0), CODE_REFUSED[region])):
        departure = drive(connector.depart(sandbox.start(region)), sandbox.network.send)
        answer = query_of(sandbox.browser(region).sign_in(departure.url, persona))
        sandbox.clock.now += CODE_LIFE[region] + late
        steps = connector.arrive(answer, departure.memo, sandbox.clock.now)
        if expected is None:
            assert drive(steps, sandbox.network.send).region == region
        else:
            with pytest.raises(RegionRefusal, match=expected):
                drive(steps, sandbox.network.send)


@pytest.mark.parametrize("region", MADE)
def test_of_parallel_redemptions_of_one_code_one_succeeds(sandbox: Sandbox, region: str) -> None:
    connector = sandbox.connectors[region]
    departure = drive(connector.depart(sandbox.start(region)), sandbox.network.send)
    persona = next(each.key for each in PERSONAS if account_of(each, region))
    answer = query_of(sandbox.browser(region).sign_in(departure.url, persona))
    won: list[str] = []
    at_once = threading.Barrier(4)

    def redeem() -> None:
        at_once.wait()
        with contextlib.suppress(RegionRefusal):
            won.append(drive(connector.arrive(answer, dict(departure.memo), NOW), sandbox.network.send).region)

    threads = [threading.Thread(target=redeem) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # In Macao the second use takes back the first one's token, so that even the winner may lose (RFC 6749 §4.1.2).
    assert len(won) == 1 or (region == "MO" and won == [])


# --- Messages that are changed on their way -----------------------------------------------------------------------------


def test_guangdong_refuses_a_wrong_secret_and_another_redirect_uri(sandbox: Sandbox) -> None:
    def with_change(old: str, new: str) -> Callable[[HttpRequest], HttpResponse]:
        return lambda request: sandbox.network.send(replace(request, url=request.url.replace(old, new)))

    secret = CREDENTIALS["GD"]["client_secret"]
    assert sandbox.refusal("GD", with_change(secret, "wrong")) == "unavailable token:invalid_client"
    assert sandbox.refusal("GD", with_change("client_id=idbridge", "client_id=x")) == "unavailable token:invalid_client"
    assert sandbox.refusal("GD", with_change("callback", "callback2")) == "untrusted code"
    assert sandbox.refusal("GD", with_change("access_token=", "access_token=x")) == "unavailable user:invalid_token"


def test_macao_refuses_a_wrong_secret_verifier_and_redirect_uri(sandbox: Sandbox) -> None:
    def with_change(header: str = "", **form: str) -> Callable[[HttpRequest], HttpResponse]:
        def send(request: HttpRequest) -> HttpResponse:
            if not request.url.endswith("/token"):
                return sandbox.network.send(request)
            body = request.body or b""
            for name, value in form.items():
                pairs = [pair for pair in body.split(b"&") if not pair.startswith(name.encode())]
                body = b"&".join([*pairs, f"{name}={value}".encode()])
            headers = tuple((name, header if header and name == "Authorization" else value) for name, value in request.headers)
            return sandbox.network.send(replace(request, headers=headers, body=body))

        return send

    assert sandbox.refusal("MO", with_change("Basic aWRicmlkZ2U6d3Jvbmc=")) == "unavailable token:invalid_client"
    assert sandbox.refusal("MO", with_change(code_verifier="x" * 43)) == "untrusted code"
    assert sandbox.refusal("MO", with_change(redirect_uri="https%3A%2F%2Fevil.example")) == "untrusted code"


@pytest.mark.parametrize("change", ["code_challenge", "code_challenge_method", "nonce"])
def test_macao_wants_s256_and_a_nonce(sandbox: Sandbox, change: str) -> None:
    url = drive(sandbox.connectors["MO"].depart(sandbox.start("MO")), sandbox.network.send).url
    status, location = sandbox.browser("MO").post(url.replace(f"{change}=", f"not_{change}="))
    assert status == 302
    assert query_of(location)["error"] == "invalid_request"


def changed_header(sandbox: Sandbox, **headers: str) -> Callable[[HttpRequest], HttpResponse]:
    return lambda request: sandbox.network.send(replace(request, headers=tuple({**dict(request.headers), **headers}.items())))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"signature": "AAAA"}, "unavailable getKey:signature"),
        ({"nonce": "another"}, "unavailable getKey:signature"),
        ({"timestamp": "1"}, "unavailable getKey:signature"),
        ({"signatureMethod": "HmacMD5"}, "unavailable getKey:signature-method"),
        ({"clientID": "another"}, "unavailable getKey:forbidden"),
        ({"nonce": ""}, "unavailable getKey:parameter-missing"),
    ],
)
def test_hong_kong_refuses_changed_headers(sandbox: Sandbox, headers: dict[str, str], expected: str) -> None:
    assert sandbox.refusal("HK", changed_header(sandbox, **headers)) == expected


def test_hong_kong_refuses_a_changed_body(sandbox: Sandbox) -> None:
    def send(request: HttpRequest) -> HttpResponse:
        return sandbox.network.send(replace(request, body=(request.body or b"").replace(b"content", b"kontent")))

    assert sandbox.refusal("HK", send) == "unavailable getToken:signature"


@pytest.mark.parametrize("minutes", [-3, 3])
def test_hong_kong_refuses_a_stale_timestamp(sandbox: Sandbox, minutes: int) -> None:
    def send(request: HttpRequest) -> HttpResponse:
        sandbox.clock.now = NOW + timedelta(minutes=minutes)
        try:
            return sandbox.network.send(request)
        finally:
            sandbox.clock.now = NOW

    assert sandbox.refusal("HK", send) == "unavailable getKey:parameter-invalid"


def test_hong_kong_refuses_a_nonce_that_was_used(sandbox: Sandbox) -> None:
    def twice(request: HttpRequest) -> HttpResponse:
        sandbox.network.send(request)
        return sandbox.network.send(request)

    assert sandbox.refusal("HK", twice) == "unavailable getKey:parameter-duplicate"


def test_hong_kong_refuses_a_foreign_secret_and_the_bridge_a_foreign_kek(sandbox: Sandbox) -> None:
    table = bridge_regions(CREDENTIALS, AT)["HK"]
    good = sandbox.connectors["HK"]
    sandbox.connectors["HK"] = connect(read_region("HK", {**table, "client_secret": "wrong"}))
    assert sandbox.refusal("HK") == "unavailable getKey:signature"
    sandbox.connectors["HK"] = connect(read_region("HK", {**table, "private_key": register()["HK"]["private_key"]}))
    assert sandbox.refusal("HK") == "untrusted getKey:key"
    sandbox.connectors["HK"] = good
    assert sandbox.sign_in("HK", "chan-siu-man").region == "HK"


def test_a_content_key_that_hong_kong_revoked_is_renewed(sandbox: Sandbox) -> None:
    sandbox.sign_in("HK", "chan-siu-man")

    def revoked_once(request: HttpRequest) -> HttpResponse:
        if len(seen) == 0:
            path = request.url.replace("/auth/getToken", "/security/revokeKey")
            connector_headers = dict(request.headers)
            revoke = replace(request, url=path, headers=tuple(connector_headers.items()))
            seen.append(json.loads(sandbox.network.send(revoke).body)["code"])
            sandbox.network.requests.clear()
            return HttpResponse(200, {}, b'{"code": "D30002"}')
        return sandbox.network.send(request)

    seen: list[str] = []
    connector = sandbox.connectors["HK"]
    departure = drive(connector.depart(sandbox.start("HK")), nobody)
    answer = query_of(sandbox.browser("HK").sign_in(departure.url, "wong-ka-yan"))
    assert drive(connector.arrive(answer, departure.memo, NOW), revoked_once).region == "HK"
    assert seen == ["D00000"]
    assert [request.url.rpartition("/")[2] for request in sandbox.network.requests] == ["getKey", "getToken"]


def test_hong_kongs_key_of_yesterday_is_answered_by_30002_and_renewed(sandbox: Sandbox) -> None:
    connector = sandbox.connectors["HK"]
    sandbox.sign_in("HK", "wong-ka-yan")
    departure = drive(connector.depart(sandbox.start("HK")), nobody)
    sandbox.clock.now += timedelta(days=1)
    answer = query_of(sandbox.browser("HK").sign_in(departure.url, "wong-ka-yan"))
    sandbox.network.requests.clear()
    # The bridge's clock is a little behind: its key still looks good to it.
    steps = connector.arrive(answer, departure.memo, sandbox.clock.now - timedelta(seconds=61))
    assert drive(steps, sandbox.network.send).region == "HK"
    assert [each.url.rpartition("/")[2] for each in sandbox.network.requests] == ["getToken", "getKey", "getToken"]


# --- Hong Kong's profile, which comes by itself ---------------------------------------------------------------------------


def enquire(sandbox: Sandbox, persona: str = "chan-siu-man") -> tuple[str, str]:
    """Sign in, ask for the profile, and return its reference and the page's address."""
    connector = sandbox.connectors["HK"]
    departure = drive(connector.depart(sandbox.start("HK")), nobody)
    answer = query_of(sandbox.browser("HK").sign_in(departure.url, persona))
    assertion = drive(connector.arrive(answer, departure.memo, sandbox.clock.now), sandbox.network.send)
    assert assertion.attributes is None
    enquiry = drive(connector.ask(assertion, departure.memo, sandbox.start("HK", state="ticket-1")), sandbox.network.send)
    assert enquiry.url is not None
    return enquiry.reference, enquiry.url


def test_a_profile_is_shared(sandbox: Sandbox) -> None:
    reference, url = enquire(sandbox)
    status, page = sandbox.browser("HK").get(url)
    assert status == 200
    assert page.count("<option") == 1
    assert "身份證號碼" in page
    location = sandbox.browser("HK").sign_in(url, "chan-siu-man")
    assert location == f"{AT.callback('HK')}?state=ticket-1"
    ((address, body),) = sandbox.posted
    assert address == AT.notice("HK")
    assert b"Y123456" not in body
    notice = drive(sandbox.connectors["HK"].hear(body, {}, NOW), nobody)
    assert notice.reference == reference
    assert notice.attributes is not None
    assert [(each.kind, each.number) for each in notice.attributes.documents] == [("HKID", "Y1234569")]
    assert [(name.script, name.full) for name in notice.attributes.names] == [("Hant", "陳小文"), ("Latn", "CHAN, Siu Man")]


def test_a_profile_is_not_shared(sandbox: Sandbox) -> None:
    reference, url = enquire(sandbox)
    sandbox.browser("HK").sign_in(url, "chan-siu-man", "cancel")
    notice = drive(sandbox.connectors["HK"].hear(sandbox.posted[0][1], {}, NOW), nobody)
    assert (notice.reference, notice.attributes, notice.refused) == (reference, None, "cancelled profile:rejected")


def test_a_profile_request_is_answered_once(sandbox: Sandbox) -> None:
    _, url = enquire(sandbox)
    sandbox.browser("HK").sign_in(url, "chan-siu-man")
    status, page = sandbox.browser("HK").get(url)
    assert (status, 'data-error="D40003"' in page) == (400, True)
    assert len(sandbox.posted) == 1


def test_a_profile_request_expires(sandbox: Sandbox) -> None:
    _, url = enquire(sandbox)
    sandbox.clock.now += timedelta(minutes=18)
    assert sandbox.browser("HK").get(url)[0] == 400


def test_nobody_else_can_share_in_the_persons_place(sandbox: Sandbox) -> None:
    _, url = enquire(sandbox)
    browser = sandbox.browser("HK")
    status, _ = browser.post(url, csrf=browser.csrf(url), persona="wong-ka-yan", decision="approve")
    assert status == 400
    assert sandbox.posted == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"openID": "another"}, "untrusted profile:openid-missing"),
        ({"accessToken": "another"}, "untrusted profile:access-token-expired"),
        ({"redirectURI": "https://evil.example/"}, "unavailable profile:callback-unregistered"),
        ({"businessID": "x" * 37}, "unavailable profile:parameter-invalid"),
        ({"state": None}, "unavailable profile:parameter-invalid"),
        ({"profileFields": []}, "unavailable profile:parameter-invalid"),
        ({"profileFields": ["bloodType"]}, "unavailable profile:parameter-invalid"),
    ],
)
def test_hong_kong_refuses_a_wrong_profile_request(sandbox: Sandbox, change: dict[str, Any], expected: str) -> None:
    connector: Any = sandbox.connectors["HK"]
    departure = drive(connector.depart(sandbox.start("HK")), nobody)
    answer = query_of(sandbox.browser("HK").sign_in(departure.url, "chan-siu-man"))
    drive(connector.arrive(answer, departure.memo, NOW), sandbox.network.send)
    channel = connector._connector._channel
    message = {
        "businessID": "b-1",
        "accessToken": departure.memo["access_token"],
        "openID": "",
        "source": "PC_Browser",
        "redirectURI": AT.notice("HK"),
        "state": "s",
        "profileFields": ["idNo"],
    }
    message["openID"] = sandbox.sign_in("HK", "chan-siu-man").subject
    path = "/api/v1/account/auth/profile/initiateRequest"
    with pytest.raises(RegionRefusal) as caught:
        drive(channel.call(path, {**message, **change}, "profile", NOW), sandbox.network.send)
    assert f"{caught.value.code} {caught.value.check}" == expected
    assert drive(channel.call(path, message, "profile", NOW), sandbox.network.send)["authByQR"] is True
    with pytest.raises(RegionRefusal, match="business-id-duplicate"):
        drive(channel.call(path, message, "profile", NOW), sandbox.network.send)


def test_hong_kong_posts_again_until_the_bridge_acknowledges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idbridge.sandbox.hongkong_server.time.sleep", lambda seconds: None)
    answers: list[int | OSError] = [OSError("refused"), 503, 200]
    seen: list[bytes] = []

    def post(url: str, body: bytes) -> int:
        seen.append(body)
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    clock = Clock()
    config = replace(hongkong_config(CREDENTIALS, AT, clock), post=post, run=lambda task: task())
    app = create_hongkong(config)
    connector = connect(read_region("HK", bridge_regions(CREDENTIALS, AT)["HK"]))
    made = Sandbox(clock, {"HK": app}, Network(hk=app), {"HK": connector}, [])
    _, url = enquire(made)
    made.browser("HK").sign_in(url, "chan-siu-man")
    assert len(seen) == 3
    assert len(set(seen)) == 1
    assert answers == []


def test_credentials_are_plain_values_that_a_file_can_keep() -> None:
    assert json.loads(json.dumps(CREDENTIALS)) == CREDENTIALS
    assert json.loads(json.dumps(bridge_regions(CREDENTIALS, AT))) == bridge_regions(CREDENTIALS, AT)
