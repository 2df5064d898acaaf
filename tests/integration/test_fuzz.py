"""Anything at all may be sent to any endpoint: nothing falls over, leads elsewhere, or comes back as markup.

Every address of the application, every method, every parameter that is read anywhere; values from valid to hostile, in valid
and broken encodings, with the cookies and tokens of a real session in the mix, so that the first check is not the only one met.
``IDBRIDGE_FUZZ_REQUESTS`` says how many.
"""

from __future__ import annotations

import base64
import json
import os
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse
from urllib.parse import quote, urljoin, urlsplit

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from idbridge.app import create_app
from idbridge.settings import load
from idbridge.web.languages import LANGUAGE_COOKIE
from tests.bridge.browser import Browser, walk
from tests.bridge.demo import Demo, run_demo
from tests.bridge.processes import Process, workers
from tests.bridge.relying_party import RelyingParty
from tests.bridge.volley import Hit

REQUESTS = int(os.environ.get("IDBRIDGE_FUZZ_REQUESTS", "2000"))
IN_ONE_EXAMPLE = 10
SECONDS = 20.0
GROWTH_MB = 60.0
"""What a worker may grow by under fire: pools of connections and threads fill up, and then no more."""

MARK = "zzfuzz"
HOSTILE = (
    "",
    " ",
    "\0",
    "a\0b",
    f"<i id={MARK}>",
    f'"><i id={MARK}>',
    f"'\" {MARK}='",
    f"x\r\nX-{MARK}: 1\r\n\r\n<i id={MARK}>",
    "//evil.example/",
    "https://evil.example/callback",
    "https://rp.test/callback@evil.example/",
    "https://rp.test/callback/../evil",
    "https://rp.test.evil.example/callback",
    "javascript:alert(1)",
    "/\\evil.example",
    "{{7*7}}${7*7}%s%n",
    "../../../../etc/passwd",
    "' OR 1=1 --",
    "-1",
    "0",
    "1e309",
    "999999999999999999999999",
    "٣",
    "Ⅷ",
    "İ",
    "\u202e\ufeff\u2028",
    "\ud800",
    "😀" * 40,
    "a" * 20_000,
    "[" * 5_000,
    '{"userinfo": {"name": {"essential": true}, "<i>": null}}',
    '{"id_token": ' + "{" * 50,
    "none login consent",
    "openid profile offline_access identity",
    "zh-Hans en pt xx-" + "y" * 300,
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
    "a.b.c",
)
BYTES = (b"%ff%fe", b"%", b"%zz", b"%c0%af", b"%u0041", b"\xff\xfe", b"+", b"%0d%0aX-" + MARK.encode() + b":1", b"%00")

PARAMETERS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "prompt",
    "max_age",
    "ui_locales",
    "claims_locales",
    "id_token_hint",
    "login_hint",
    "acr_values",
    "claims",
    "code_challenge",
    "code_challenge_method",
    "response_mode",
    "idp_hint",
    "display",
    "request",
    "request_uri",
    "resource",
    "grant_type",
    "code",
    "code_verifier",
    "refresh_token",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "token",
    "token_type_hint",
    "access_token",
    "post_logout_redirect_uri",
    "logout_hint",
    "csrf",
    "decision",
    "region",
    "organisation",
    "claim",
    "cross_border",
    "agree",
    "consent",
    "session",
    "lang",
    "count",
    "error",
    "error_description",
    "iss",
    "businessID",
    "msg",
    "secretKey",
    "content",
)
METHODS = ("GET", "POST", "GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "FOO")
TYPES = (
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=utf-16",
    "multipart/form-data; boundary=b",
    "multipart/form-data",
    "application/json",
    "text/plain",
    "application/xml",
    "\u00ff/;;=",
    "",
)


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """One request as bytes."""

    method: str
    target: bytes
    headers: tuple[tuple[str, bytes], ...]
    body: bytes

    def __repr__(self) -> str:
        """Show as much as a person reads."""
        return f"<{self.method} {self.target[:300]!r} {str(self.headers)[:300]} {self.body[:300]!r}>"

    def encode(self, host: str) -> bytes:
        """Return it in HTTP/1.1."""
        headers = [("Host", host.encode()), *self.headers]
        if self.body or self.method == "POST":
            headers.append(("Content-Length", str(len(self.body)).encode()))
        lines = [self.method.encode() + b" " + self.target + b" HTTP/1.1"]
        lines += [name.encode() + b": " + re.sub(rb"[\r\n\0]", b" ", value) for name, value in headers]
        return b"\r\n".join(lines) + b"\r\n\r\n" + self.body


@dataclass(repr=False)
class Target:
    """The bridge under fire, what is true there, and a connection to it."""

    demo: Demo
    portal: RelyingParty
    paths: tuple[str, ...]
    valid: tuple[str, ...]
    cookies: tuple[str, ...]
    before: dict[int, float]
    sent: int = 0
    _connection: socket.socket | None = None

    @property
    def host(self) -> str:
        return urlsplit(self.demo.issuer).netloc

    def send(self, request: Request) -> Hit | None:
        """Send one request; None when the server hung up on what is no HTTP."""
        self.sent += 1
        for attempt in (1, 2):
            reused = self._connection is not None
            try:
                return self._exchange(request)
            except (HTTPException, ConnectionError):
                self._hang_up()
                if not (reused and attempt == 1):
                    return None
        return None

    def _exchange(self, request: Request) -> Hit:
        if self._connection is None:
            name, _, port = self.host.partition(":")
            self._connection = socket.create_connection((name, int(port)), SECONDS)
        self._connection.sendall(request.encode(self.host))
        response = HTTPResponse(self._connection, method=request.method)
        response.begin()
        hit = Hit(response.status, response.headers, response.read())
        if response.will_close:
            self._hang_up()
        return hit

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def may_lead_to(self, location: str) -> bool:
        """Whether a redirect stays here, goes to a region's provider, or to a registered address."""
        absolute = urljoin(self.demo.issuer, location)
        allowed = (self.demo.issuer, *(self.demo.provider(region) for region in ("GD", "HK", "MO")))
        parts = urlsplit(absolute)
        if f"{parts.scheme}://{parts.netloc}" in allowed:
            return "\\" not in location
        return absolute.partition("?")[0].partition("#")[0] in {self.portal.redirect_uri, f"{self.demo.portal}/callback"}


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with run_demo(tmp_path_factory.mktemp("fuzz")) as demo:
        portal, browser = demo.register(), Browser()
        attempt = portal.request(scope="openid profile", idp_hint="MO")
        page = browser.get(attempt.url)
        end = walk(browser, page, "MO", "leong-wai-keng")
        tokens = portal.tokens(attempt, end.url)
        question = browser.get(portal.request(scope="openid profile email", prompt="consent").url)
        csrf = dict(question.form("consent").form_values())["csrf"]
        flow = urlsplit(question.url).path.split("/")[2]
        away = browser._send("GET", portal.request(idp_hint="MO", prompt="login").url, None).headers["Location"]
        valid = (
            *attempt.parameters.values(),
            *(portal.client_secret, tokens.access_token, tokens.id_token, csrf, flow, "GD", "HK", "MO", "allow", "yes"),
            *("authorization_code", "refresh_token", "form_post", "query", "S256", "sign-out", "cancelled"),
            re.findall(r"state=([^&]+)", away)[0],
        )
        held = tuple(f"{name}={value}" for (_, name), value in browser.cookies.items())
        application = create_app(load({"IDBRIDGE_HOME": str(demo.home)}))
        paths = tuple(rule.rule for rule in application.url_map.iter_rules())
        before = {process.pid: process.resident_mb for process in workers(demo)}
        yield Target(demo, portal, paths, valid, held, before)


def values(valid: tuple[str, ...]) -> st.SearchStrategy[bytes]:
    """Return percent-encoded or raw values, from right to hostile."""
    as_text = st.one_of(st.sampled_from(valid), st.sampled_from(HOSTILE), st.text(max_size=30))
    encoded = as_text.map(lambda value: quote(value, safe="", errors="surrogatepass").encode())
    return st.one_of(encoded, encoded, st.sampled_from(BYTES), st.binary(max_size=20).map(_without_line_ends))


def _without_line_ends(value: bytes) -> bytes:
    """A target or a query ends at the first blank or line end: what would come after them is another test's."""
    return re.sub(rb"[\x00-\x20]", b"%20", value)


@st.composite
def pairs(draw: st.DrawFn, valid: tuple[str, ...]) -> bytes:
    """Draw parameters, repeated and unknown ones too, as a query or a form."""
    names = st.one_of(st.sampled_from(PARAMETERS), st.sampled_from(PARAMETERS), st.text(max_size=8))
    drawn = draw(st.lists(st.tuples(names, values(valid)), max_size=12))
    if draw(st.integers(0, 40)) == 0:
        drawn *= 50
    return b"&".join(quote(name, safe="", errors="surrogatepass").encode() + b"=" + value for name, value in drawn)


@st.composite
def paths(draw: st.DrawFn, rules: tuple[str, ...], valid: tuple[str, ...]) -> bytes:
    """Draw an address: one of the application's with its places filled in, or something near."""
    rule = draw(st.sampled_from(rules))
    filled = re.sub(r"<[^>]+>", lambda _: "\1", rule).encode()
    while b"\1" in filled:
        filled = filled.replace(b"\1", draw(values(valid)), 1)
    spoilt = draw(st.sampled_from((b"", b"", b"", b"", b"/", b"//", b"/..;/", b"%2f", b"%00", b"\xff")))
    return filled + spoilt


@st.composite
def bodies(draw: st.DrawFn, valid: tuple[str, ...]) -> bytes:
    """Draw a form, a multipart form, JSON, or bytes."""
    kind = draw(st.sampled_from(("form", "form", "form", "multipart", "json", "bytes", "none")))
    if kind == "form":
        return draw(pairs(valid))
    if kind == "multipart":
        name, value = draw(st.sampled_from(PARAMETERS)).encode(), draw(values(valid))
        whole = b'--b\r\nContent-Disposition: form-data; name="' + name + b'"; filename="x"\r\n\r\n' + value + b"\r\n--b--\r\n"
        return whole[: draw(st.integers(0, len(whole)))]
    if kind == "json":
        nested = st.recursive(st.none() | st.floats() | st.text(max_size=9), lambda inner: st.lists(inner, max_size=3))
        document = draw(st.dictionaries(st.sampled_from(PARAMETERS) | st.text(max_size=5), nested, max_size=5))
        return json.dumps(document).encode()
    return draw(st.binary(max_size=200)) if kind == "bytes" else b""


@st.composite
def requests(draw: st.DrawFn, target: Target) -> Request:
    """Draw a whole request."""
    query = draw(pairs(target.valid)) if draw(st.booleans()) else b""
    path = draw(paths(target.paths, target.valid))
    headers: list[tuple[str, bytes]] = []
    if draw(st.integers(0, 3)):
        spoilt = draw(st.sampled_from((b"", b"", b"", b"; idbridge-session=\xff", b"; =;;;", b"; " + b"a=b; " * 300)))
        headers.append(("Cookie", "; ".join(target.cookies).encode() + spoilt))
    if draw(st.booleans()):
        headers.append(("Content-Type", draw(st.sampled_from(TYPES)).encode("latin-1")))
    if draw(st.booleans()):
        basic = base64.b64encode(f"{target.portal.client_id}:{target.portal.client_secret}".encode())
        tokens = st.sampled_from((basic, b"", b"%%%", base64.b64encode(b"\xff:\xff"), b":", b"Og==", b"a" * 9000))
        headers.append(("Authorization", draw(st.sampled_from((b"Basic ", b"Bearer ", b"DPoP ", b""))) + draw(tokens)))
    if draw(st.booleans()):
        names = st.sampled_from(
            ("Accept-Language", "User-Agent", "Origin", "Referer", "X-Forwarded-Host", "X-Forwarded-For", "Accept")
        )
        headers.append((draw(names), draw(st.sampled_from(HOSTILE)).encode("utf-8", "surrogatepass")))
    method = draw(st.sampled_from(METHODS))
    return Request(method, path + (b"?" + query if query else b""), tuple(headers), draw(bodies(target.valid)))


def judge(target: Target, request: Request, hit: Hit) -> None:
    """Fail for what no answer may be or hold."""
    said = (request, hit.status, dict(hit.headers), hit.body[:600])
    if hit.status >= 500:
        assert hit.status in {502, 504}, said
        assert b'data-error="region_' in hit.body, said  # a region's own failure, said as such
    location = hit.headers.get("Location")
    assert location is None or target.may_lead_to(location), said
    assert not any(MARK in name.lower() for name in hit.headers), said
    assert all(line.startswith(("idbridge-", f"{LANGUAGE_COOKIE}=")) for line in hit.headers.get_all("Set-Cookie") or ()), said
    if hit.headers.get_content_type() == "text/html":
        _judge_page(hit.headers, hit.body, said)
    elif hit.body:
        assert hit.headers.get("X-Content-Type-Options") == "nosniff" or hit.status in {400, 404, 405, 414, 431}, said


def _judge_page(headers: HTTPMessage, body: bytes, said: object) -> None:
    assert f"<i id={MARK}".encode() not in body, said
    assert f'" {MARK}'.encode() not in body, said
    assert b"unsafe-inline" not in headers["Content-Security-Policy"].encode(), said


def test_nothing_falls_over_leads_elsewhere_or_comes_back_as_markup(target: Target) -> None:
    @settings(
        max_examples=max(REQUESTS // IN_ONE_EXAMPLE, 1),
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(requests(target), min_size=IN_ONE_EXAMPLE, max_size=IN_ONE_EXAMPLE))
    def fire(several: list[Request]) -> None:
        for request in several:
            hit = target.send(request)
            if hit is not None:
                judge(target, request, hit)

    fire()
    assert target.sent >= REQUESTS


@settings(max_examples=max(REQUESTS // 40, 1), deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(
    st.binary(min_size=1, max_size=400),
    st.sampled_from((b"", b"GET / HTTP/1.1\r\n", b"POST /oauth/token HTTP/1.1\r\nHost: x\r\n")),
)
def test_what_is_no_http_is_hung_up_on(target: Target, noise: bytes, begun: bytes) -> None:
    name, _, port = target.host.partition(":")
    with socket.create_connection((name, int(port)), SECONDS) as connection:
        connection.sendall(begun + noise + b"\r\n\r\n")
        try:
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(65536)
        except OSError:  # it did not wait for the rest
            answer = b""
    assert not answer.startswith((b"HTTP/1.1 5", b"HTTP/1.0 5")), answer


@pytest.mark.parametrize("size", [300_000, 5_000_000])
@pytest.mark.parametrize("path", ["/oauth/authorize", "/oauth/token", "/regions/HK/notice", "/sign-in/x/consent"])
def test_what_is_too_large_is_refused(target: Target, path: str, size: int) -> None:
    headers = (("Content-Type", b"application/x-www-form-urlencoded"),)
    hit = target.send(Request("POST", path.encode(), headers, b"state=" + b"a" * size))
    assert hit is None or hit.status in {400, 413}, hit


def test_it_lives_on_and_its_memory_is_bounded(target: Target) -> None:
    """Run last: the workers are the ones that started, nothing unexpected was logged, and a person can sign in."""
    assert {process.pid for process in workers(target.demo)} == set(target.before)
    grown = {pid: Process(pid).resident_mb - was for pid, was in target.before.items()}
    assert max(grown.values()) < GROWTH_MB, grown
    log = target.demo.log.read_text(encoding="utf-8", errors="replace")
    assert "unexpected" not in log, log[log.index("unexpected") :][:3000]
    browser, attempt = Browser(), target.portal.request(scope="openid profile")
    end = walk(browser, browser.get(attempt.url), "MO", "leong-wai-keng")
    assert target.portal.tokens(attempt, end.url).claims["sub"]
    print(f"{target.sent} requests; workers grew by {grown} MB")
