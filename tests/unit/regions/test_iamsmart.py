from __future__ import annotations

import base64
import json
import logging
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from idbridge.exchange import HttpRequest, HttpResponse
from idbridge.identity.assertion import Issuer, RegionAssertion
from idbridge.identity.assurance import Assurance
from idbridge.regions.claims import Need
from idbridge.regions.connector import Departure, Notice, RegionRefusal, Start
from idbridge.regions.iamsmart import IamSmartConnector
from idbridge.regions.iamsmart_config import CODES, PROFILE_CLAIMS, TOKEN_CLAIMS, IamSmartConfig, source_of
from idbridge.sandbox.hongkong_messages import decrypt, encrypt, wrap
from tests.simulators.driver import drive, nobody, query_of

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
MODIFIED = 1735787045000


@cache
def kek() -> tuple[str, str]:
    key = rsa.generate_private_key(65537, 2048)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    return private, key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


CONFIG = IamSmartConfig("https://eid.example", Issuer("https://eid.example"), "bridge", "s3cret", kek()[0])
IDLE = IamSmartConnector(CONFIG)
"""For tests that make many messages: importing an RSA key takes a tenth of a second."""
START = Start(
    state="state-1",
    return_url="https://bridge.example/regions/HK/callback",
    notice_url="https://bridge.example/regions/HK/notice",
    language="zh-Hant",
    now=NOW,
)
TOKEN = {
    "accessToken": "at",
    "tokenType": "Bearer",
    "issueAt": int(NOW.timestamp() * 1000) - 5000,
    "expiresIn": 14400000,
    "openID": "open-1",
    "lastModifiedDate": MODIFIED,
    "userType": "sign",
    "scope": "eidapi_auth eidapi_profiles",
}
PROFILE = {
    "idNo": {"Identification": "Y123456", "CheckDigit": "9"},
    "enName": {"UnstructuredName": "CHAN, Siu Man"},
    "chName": {"ChineseName": "陳小文"},
    "gender": "M",
    "birthDate": "19900815",
}


class Provider:
    """Answers as iAM Smart would, or as the test says; `forgets` is how many messages find their content key gone."""

    def __init__(self, *, forgets: int = 0, code: str = "D00000", key_code: str = "D00000", **token: Any) -> None:
        self.key = bytes(range(32))
        self.forgets = forgets
        self.code = code
        self.key_code = key_code
        self.token = {name: value for name, value in {**TOKEN, **token}.items() if value is not None}
        self.ticket: dict[str, Any] = {"authByQR": True, "ticketID": "t-1"}
        self.key_life: Any = 86400000
        self.secret_key: Any = wrap(self.key, kek()[1])
        self.body: bytes | None = None
        self.paths: list[str] = []
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []

    def send(self, request: HttpRequest) -> HttpResponse:
        path = request.url.removeprefix("https://eid.example/api/v1")
        self.paths.append(path)
        self.headers.append(dict(request.headers))
        if path == "/security/getKey":
            assert request.body == b""
            content = {"secretKey": self.secret_key, "pubKey": "", "issueAt": 0, "expiresIn": self.key_life}
            return self._reply(self.key_code, content)
        self.asked.append(decrypt(self.key, json.loads(request.body or b"")["content"]))
        if self.forgets:
            self.forgets -= 1
            return self._reply("D30002", None)
        if self.body is not None:
            return HttpResponse(200, {}, self.body)
        return self._reply(self.code, encrypt(self.key, self.token if path == "/auth/getToken" else self.ticket))

    def _reply(self, code: str, content: Any) -> HttpResponse:
        return HttpResponse(200, {}, json.dumps({"txID": "x", "code": code, "message": "", "content": content}).encode())


def depart(connector: IamSmartConnector, start: Start = START) -> Departure:
    return drive(connector.depart(start), nobody)


def sign_in(
    provider: Provider, connector: IamSmartConnector | None = None, answer: dict[str, str] | None = None, start: Start = START
) -> RegionAssertion:
    connector = connector or IamSmartConnector(CONFIG)
    memo = depart(connector, start).memo
    return drive(connector.arrive(answer or {"code": "c", "state": "state-1"}, memo, NOW), provider.send)


def refusal(provider: Provider, **how: Any) -> str:
    with pytest.raises(RegionRefusal) as caught:
        sign_in(provider, **how)
    return f"{caught.value.code} {caught.value.check}".strip()


def notice_body(content: dict[str, Any], /, *, code: str = "D00000", key: bytes = bytes(32), **change: Any) -> bytes:
    body = {"txID": "x", "code": code, "secretKey": wrap(key, kek()[1]), "content": encrypt(key, content), **change}
    return json.dumps(body).encode()


def enquire(provider: Provider, start: Start = START) -> tuple[IamSmartConnector, dict[str, Any], str | None]:
    """Sign in, ask for the profile, and return what the provider was told."""
    connector = IamSmartConnector(CONFIG)
    memo = depart(connector).memo
    assertion = drive(connector.arrive({"code": "c", "state": "state-1"}, memo, NOW), provider.send)
    enquiry = drive(connector.ask(assertion, memo, start), provider.send)
    assert enquiry.reference == provider.asked[-1]["businessID"]
    return connector, provider.asked[-1], enquiry.url


def hear(connector: IamSmartConnector, body: bytes) -> Notice:
    return drive(connector.hear(body, {}, NOW), nobody)


def test_a_login_says_who_and_how_surely_and_leaves_the_profile_to_ask() -> None:
    assertion = sign_in(Provider())
    assert (assertion.region, assertion.issuer, assertion.subject) == ("HK", "https://eid.example", "open-1")
    assert assertion.assurance is Assurance.HIGH
    assert assertion.version == str(MODIFIED)
    assert assertion.authenticated_at == NOW - timedelta(seconds=5)
    assert assertion.attributes is None


def test_the_departure_is_the_qr_page() -> None:
    url = depart(IamSmartConnector(CONFIG)).url
    assert url.startswith("https://eid.example/api/v1/auth/getQR?")
    assert query_of(url) == {
        "clientID": "bridge",
        "responseType": "code",
        "source": "PC_Browser",
        "redirectURI": "https://bridge.example/regions/HK/callback",
        "scope": "eidapi_auth eidapi_profiles",
        "lang": "zh-HK",
        "state": "state-1",
        "brokerPage": "true",
    }


@pytest.mark.parametrize(("language", "lang"), [("zh-Hant", "zh-HK"), ("zh-Hans", "zh-CN"), ("en", "en-US"), ("pt", "en-US")])
def test_languages(language: str, lang: str) -> None:
    assert query_of(depart(IamSmartConnector(CONFIG), replace(START, language=language)).url)["lang"] == lang


IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "source"),
    [
        (f"{IPHONE} Version/18.0 Mobile/15E148 Safari/604.1", "iOS_Safari"),
        (f"{IPHONE} CriOS/130.0 Mobile/15E148 Safari/604.1", "iOS_Chrome"),
        (f"{IPHONE} FxiOS/130.0 Mobile/15E148 Safari/605.1", "iOS_Firefox"),
        (f"{IPHONE} Version/18.0 EdgiOS/130.0 Mobile/15E148 Safari/604.1", "iOS_Edge"),
        (f"{ANDROID} Chrome/130.0.0.0 Mobile Safari/537.36", "Android_Chrome"),
        (f"{ANDROID} SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36", "Android_Samsung"),
        (f"{ANDROID} Chrome/130.0 Mobile Safari/537.36 EdgA/130.0", "Android_Edge"),
        (f"{ANDROID} Chrome/99.0 HuaweiBrowser/15.0 Mobile Safari/537.36", "Android_Huawei"),
        (f"{ANDROID} Chrome/112.0 Mobile Safari/537.36 XiaoMi/MiuiBrowser/18.1", "Android_Xiaomi"),
        ("Mozilla/5.0 (Android 15; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0", "Android_Firefox"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36", "PC_Browser"),
        ("", "PC_Browser"),
        ("x" * 100_000 + "Android", "PC_Browser"),
    ],
)
def test_sources(user_agent: str, source: str) -> None:
    assert source_of(user_agent) == source


def test_every_post_is_signed_with_a_new_nonce_and_a_time_that_does_not_go_back() -> None:
    provider, connector = Provider(), IamSmartConnector(CONFIG)
    sign_in(provider, connector)
    memo = depart(connector).memo
    drive(connector.arrive({"code": "c", "state": "state-1"}, memo, NOW - timedelta(seconds=9)), provider.send)
    assert len({headers["nonce"] for headers in provider.headers}) == len(provider.headers) == 3
    stamps = [int(headers["timestamp"]) for headers in provider.headers]
    assert stamps == sorted(stamps)
    assert all(len(headers["nonce"]) <= 36 for headers in provider.headers)


def test_the_content_key_is_got_once_and_again_when_it_grows_old() -> None:
    provider, connector = Provider(), IamSmartConnector(CONFIG)
    sign_in(provider, connector)
    sign_in(provider, connector)
    assert provider.paths == ["/security/getKey", "/auth/getToken", "/auth/getToken"]
    memo = depart(connector).memo
    later = NOW + timedelta(days=1) - CONFIG.renew_before
    drive(connector.arrive({"code": "c", "state": "state-1"}, memo, later), provider.send)
    assert provider.paths[3:] == ["/security/getKey", "/auth/getToken"]


@pytest.mark.parametrize("life", [None, 0, -1, True, "86400000", 1.5])
def test_a_content_key_without_a_sensible_life_is_got_anew_each_time(life: Any) -> None:
    provider, connector = Provider(), IamSmartConnector(CONFIG)
    provider.key_life = life
    sign_in(provider, connector)
    sign_in(provider, connector)
    assert provider.paths.count("/security/getKey") == 2


def test_a_lost_content_key_is_renewed_once_and_the_message_sent_again_once() -> None:
    provider = Provider(forgets=1)
    assert sign_in(provider).subject == "open-1"
    assert provider.paths == ["/security/getKey", "/auth/getToken", "/security/getKey", "/auth/getToken"]
    provider = Provider(forgets=9)
    assert refusal(provider) == "unavailable getToken:cek"
    assert provider.paths.count("/auth/getToken") == 2


@pytest.mark.parametrize("number", CODES)
def test_every_code_of_the_table_refuses_in_an_answer_and_in_a_reply(number: str) -> None:
    code, name = CODES[number]
    assert refusal(Provider(), answer={"error_code": f"D{number}", "state": "state-1"}) == f"{code} answer:{name}"
    if number != "30002":
        assert refusal(Provider(code=f"D{number}")) == f"{code} getToken:{name}"
    assert refusal(Provider(key_code=f"D{number}")) == f"{code} getKey:{name}"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"state": "state-1"}, "cancelled"),
        ({"code": "c"}, "untrusted state"),
        ({"code": "c", "state": "other"}, "untrusted state"),
        ({"code": "c", "state": "ü"}, "untrusted state"),
        ({"code": "c" * 1025, "state": "state-1"}, "untrusted code"),
        ({"error_code": "D00000", "state": "state-1"}, "unavailable answer"),
        ({"error_code": "D99999", "state": "state-1"}, "unavailable answer:99999"),
        ({"error_code": "<script>\n" * 99, "state": "state-1"}, "unavailable answer:?script???script"),
        ({"error_code": "D40000", "code": "c", "state": "state-1"}, "cancelled answer:cancelled"),
    ],
)
def test_the_browsers_answer_is_judged(answer: dict[str, str], expected: str) -> None:
    assert refusal(Provider(), answer=answer) == expected


@pytest.mark.parametrize("row", [row for row in TOKEN_CLAIMS.rows if row.need is Need.REQUIRED])
def test_a_token_answer_without_a_required_member_is_refused(row: Any) -> None:
    assert refusal(Provider(**{row.name: None})) == f"untrusted claim:{row.name}"


@pytest.mark.parametrize("value", [7, "", "x" * 2000, "a\x00", ["a"]])
@pytest.mark.parametrize("name", ["openID", "accessToken"])
def test_a_member_of_another_form_is_refused(name: str, value: Any) -> None:
    assert refusal(Provider(**{name: value})) == f"untrusted claim:{name}"


@pytest.mark.parametrize(
    ("user_type", "wanted", "outcome"),
    [
        ("default", Assurance.SUBSTANTIAL, Assurance.SUBSTANTIAL),
        ("sign", Assurance.SUBSTANTIAL, Assurance.HIGH),
        ("default", Assurance.HIGH, "insufficient assurance"),
        ("gold", Assurance.LOW, "insufficient assurance"),
        ("gold", Assurance.NONE, Assurance.NONE),
    ],
)
def test_levels(user_type: str, wanted: Assurance, outcome: Any) -> None:
    start = replace(START, assurance=wanted, least=wanted)
    if isinstance(outcome, str):
        assert refusal(Provider(userType=user_type), start=start) == outcome
    else:
        assert sign_in(Provider(userType=user_type), start=start).assurance is outcome


@pytest.mark.parametrize("modified", [None, "2025", True, -1, 10**18, 1.5])
def test_a_version_that_is_no_moment_is_none(modified: Any) -> None:
    assert sign_in(Provider(lastModifiedDate=modified)).version == ""


@pytest.mark.parametrize("issued", [None, "x", 10**18, int((NOW + timedelta(hours=1)).timestamp() * 1000)])
def test_an_authentication_is_never_in_the_future(issued: Any) -> None:
    assert sign_in(Provider(issueAt=issued)).authenticated_at == NOW


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "unavailable getToken:json"),
        (b"<html>", "unavailable getToken:json"),
        (b'{"content": null}', "unavailable getToken:no-code"),
        (b'{"code": 0}', "unavailable getToken:no-code"),
        (b'{"code": "D00000"}', "untrusted getToken:content"),
        (b'{"code": "D00000", "content": "AAAA"}', "untrusted getToken:content"),
        (json.dumps({"code": "D00000", "content": encrypt(bytes(32), TOKEN)}).encode(), "untrusted getToken:content"),
        (json.dumps({"code": "M00000", "content": encrypt(bytes(range(32)), TOKEN)}).encode(), "unavailable getToken:M00000"),
    ],
)
def test_a_reply_that_is_none_is_refused(body: bytes, expected: str) -> None:
    provider = Provider()
    provider.body = body
    assert refusal(provider) == expected


@pytest.mark.parametrize(
    ("wrapped", "expected"), [("AAAA", "getKey:key"), (None, "getKey:encoding"), (wrap(b"short", kek()[1]), "getKey:key")]
)
def test_a_content_key_that_cannot_be_unwrapped_is_refused(wrapped: Any, expected: str) -> None:
    provider = Provider()
    provider.secret_key = wrapped
    assert refusal(provider) == f"untrusted {expected}"


def test_a_network_that_is_down_is_told() -> None:
    connector = IamSmartConnector(CONFIG)
    with pytest.raises(RegionRefusal, match="HK: unavailable getKey:unreachable"):
        drive(connector.arrive({"code": "c", "state": "state-1"}, depart(connector).memo, NOW), nobody)


def test_a_profile_is_asked_for_and_heard() -> None:
    connector, asked, url = enquire(Provider())
    assert asked["profileFields"] == ["idNo", "enName", "chName", "gender", "birthDate"]
    assert (asked["accessToken"], asked["openID"], asked["source"]) == ("at", "open-1", "PC_Browser")
    assert asked["redirectURI"] == START.notice_url
    assert len(asked["businessID"]) <= 36
    assert len(asked["state"]) <= 36
    assert url is not None
    assert query_of(url)["ticketID"] == "t-1"
    assert asked["businessID"] not in url  # the browser must not learn what a notice is known by
    assert asked["state"] not in url
    notice = hear(connector, notice_body({**PROFILE, "businessID": asked["businessID"], "state": asked["state"]}))
    assert (notice.reference, notice.refused) == (asked["businessID"], None)
    assert notice.attributes is not None
    assert [(name.script, name.full, name.family) for name in notice.attributes.names] == [
        ("Hant", "陳小文", ""),
        ("Latn", "CHAN, Siu Man", "CHAN"),
    ]
    assert [(each.kind, each.number) for each in notice.attributes.documents] == [("HKID", "Y1234569")]
    assert (notice.attributes.birthdate, notice.attributes.gender) == (date(1990, 8, 15), "male")
    assert json.loads(connector.acknowledgement()) == {"code": "D00000", "message": "SUCCESS"}


def test_another_worker_can_hear_what_one_asked() -> None:
    _, asked, _ = enquire(Provider())
    other = IamSmartConnector(CONFIG)
    assert hear(other, notice_body({**PROFILE, "businessID": asked["businessID"], "state": asked["state"]})).attributes


def test_where_there_is_no_page_the_user_waits_at_the_bridge() -> None:
    provider = Provider()
    provider.ticket = {"authByQR": False, "ticketID": "t-1"}
    assert enquire(provider)[2] is None
    provider.ticket = {"authByQR": True}
    with pytest.raises(RegionRefusal, match="claim:ticketID"):
        enquire(provider)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "A" * 32},
        {"state": None},
        {"state": 7},
        {"businessID": "0" * 36},
        {"businessID": ""},
        {"businessID": None},
        {"businessID": "x" * 37},
    ],
)
def test_a_notice_that_no_enquiry_of_ours_asked_for_is_refused(change: dict[str, Any]) -> None:
    connector, asked, _ = enquire(Provider())
    content = {**PROFILE, "businessID": asked["businessID"], "state": asked["state"], **change}
    with pytest.raises(RegionRefusal, match="HK: untrusted notice:state"):
        hear(connector, notice_body(content))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"{" * 100_000,
        b"\xff" * 100,
        b"x" * 300_000,
        notice_body(PROFILE, secretKey="AAAA"),
        notice_body(PROFILE, content="AAAA"),
        notice_body(PROFILE, content=encrypt(bytes(range(32)), PROFILE)),
    ],
)
def test_a_notice_that_cannot_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(RegionRefusal, match=r"HK: untrusted notice:(size|content)"):
        hear(IamSmartConnector(CONFIG), body)


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ("D40000", "cancelled profile:cancelled"),
        ("D40001", "cancelled profile:rejected"),
        ("D40003", "timeout profile:timeout"),
        ("D50007", "unavailable profile:50007"),
        ("", "unavailable profile:no-code"),
    ],
)
def test_a_notice_of_ours_tells_why_there_is_no_profile(code: str, refused: str) -> None:
    connector, asked, _ = enquire(Provider())
    notice = hear(connector, notice_body({"businessID": asked["businessID"], "state": asked["state"]}, code=code))
    assert (notice.reference, notice.attributes, notice.refused) == (asked["businessID"], None, refused)


@pytest.mark.parametrize("row", [row for row in PROFILE_CLAIMS.rows if row.need is Need.REQUIRED])
@pytest.mark.parametrize("value", [None, {}, "text", {"Identification": "Y123456", "CheckDigit": "8", "UnstructuredName": ""}])
def test_a_profile_without_a_required_claim_is_none(row: Any, value: Any) -> None:
    connector, asked, _ = enquire(Provider())
    content = {**PROFILE, row.name: value, "businessID": asked["businessID"], "state": asked["state"]}
    notice = hear(connector, notice_body(content))
    assert (notice.attributes, notice.refused) == (None, f"untrusted claim:{row.name}")


def test_an_unknown_profile_claim_is_logged_by_name_only(caplog: pytest.LogCaptureFixture) -> None:
    connector, asked, _ = enquire(Provider())
    with caplog.at_level(logging.WARNING):
        content = {**PROFILE, "shoeSize": "42", "businessID": asked["businessID"], "state": asked["state"]}
        assert hear(connector, notice_body(content)).attributes
    assert caplog.messages == ["HK: unknown claim shoeSize"]


def test_wrapping_alone_proves_nothing() -> None:
    """Anyone can encrypt to the public key; only who was told businessID and state can make a notice."""
    with pytest.raises(RegionRefusal, match="notice:state"):
        hear(IamSmartConnector(CONFIG), notice_body({**PROFILE, "businessID": "0" * 36, "state": "state-1"}))


@pytest.mark.parametrize("private_key", ["", "no key", "ec", "small"])
def test_a_key_encryption_key_must_be_a_strong_rsa_key(private_key: str) -> None:
    made: dict[str, Any] = {"ec": ec.generate_private_key(ec.SECP256R1()), "small": rsa.generate_private_key(65537, 1024)}
    if private_key in made:
        encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        private_key = made[private_key].private_bytes(encoding, form, serialization.NoEncryption()).decode()
    with pytest.raises(ValueError, match="key encryption key"):
        IamSmartConnector(replace(CONFIG, private_key=private_key))


@pytest.mark.parametrize("missing", ["base_url", "issuer", "client_id", "client_secret", "paddings"])
def test_a_configuration_needs_its_credentials(missing: str) -> None:
    with pytest.raises(ValueError, match="iAM Smart needs"):
        replace(CONFIG, **{missing: ()})  # type: ignore[arg-type] # the very point


def test_no_secret_is_in_a_representation() -> None:
    shown = repr((CONFIG, sign_in(Provider()), depart(IamSmartConnector(CONFIG))))
    for secret in ("s3cret", "PRIVATE KEY", "open-1", "state-1"):
        assert secret not in shown


@given(
    st.binary(max_size=400)
    | st.binary(max_size=200).map(lambda data: json.dumps({"secretKey": base64.b64encode(data).decode()}).encode())
)
def test_any_posted_bytes_are_refused_with_a_code(body: bytes) -> None:
    with pytest.raises(RegionRefusal) as caught:
        hear(IDLE, body)
    assert caught.value.code == "untrusted"
