"""The outbound client against real servers that are slow, large, silent, private or not speaking HTTP."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from idbridge.exchange import ExchangeFailed, HttpRequest, HttpResponse, Steps
from idbridge.outbound import MAX_CONCURRENT_PER_HOST, Doors, Outbound, drive

LOOPBACK = Doors((ipaddress.ip_network("127.0.0.0/8"),))


@contextmanager
def serving(
    answer: Callable[[socket.socket], None], wrap: Callable[[socket.socket], socket.socket] = lambda s: s
) -> Iterator[int]:
    """Accept connections on a free port and let *answer* deal with each in its own thread."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopping = threading.Event()

    def one(connection: socket.socket) -> None:
        try:
            with wrap(connection) as wrapped:
                answer(wrapped)
        except OSError:
            pass  # the client hung up, which is what several of these tests are about

    def accept() -> None:
        while not stopping.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        stopping.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def fixed(response: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        while connection.recv(65536):
            connection.sendall(response)

    return answer


def dripping(prefix: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(prefix)
        for _ in range(200):
            connection.sendall(b"a")
            time.sleep(0.05)

    return answer


def ask(outbound: Outbound, url: str, max_bytes: int = 1000) -> HttpResponse:
    return outbound(HttpRequest("GET", url), max_bytes=max_bytes)


def refusal(outbound: Outbound, url: str) -> str:
    with pytest.raises(ExchangeFailed) as caught:
        ask(outbound, url)
    return caught.value.code


def test_a_response_comes_back_whole_with_lower_case_header_names() -> None:
    with serving(fixed(b"HTTP/1.1 404 Not Found\r\nX-Thing: one\r\nContent-Length: 2\r\n\r\nhi")) as port:
        outbound = Outbound(LOOPBACK, plain_http=True)
        responses = [ask(outbound, f"http://127.0.0.1:{port}/") for _ in range(2)]
    assert [(r.status, r.headers["x-thing"], r.body) for r in responses] == [(404, "one", b"hi")] * 2


def test_redirects_are_not_followed() -> None:
    with serving(fixed(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")) as port:
        assert ask(Outbound(LOOPBACK, plain_http=True), f"http://127.0.0.1:{port}/").status == 302


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/",
        "http://localhost:9/",
        "http://[::1]:9/",
        "http://169.254.169.254/",
        "http://10.1.2.3/",
        "http://[::ffff:127.0.0.1]:9/",
        "http://0.0.0.0:9/",
        "http://0177.1:9/",
        "http://2130706433:9/",
        "http://100.64.0.1:9/",
        "http://224.0.0.1:9/",
        "http://[::127.0.0.1]:9/",
        "http://[::ffff:0:127.0.0.1]:9/",
        "http://[64:ff9b::10.0.0.1]:9/",
        "http://[64:ff9b:1::10.0.0.1]:9/",
        "http://[2002:7f00:1::]:9/",
        "http://[fec0::1]:9/",
        "http://[ff0e::1]:9/",
    ],
)
def test_private_addresses_are_not_reached(url: str) -> None:
    assert refusal(Outbound(Doors(), plain_http=True), url) == "forbidden-address"


@pytest.mark.parametrize("address", ["93.184.215.14", "::ffff:93.184.215.14", "64:ff9b::93.184.215.14", "2606:2800:21f::1"])
def test_public_addresses_are_reached_through_a_gateway_too(address: str) -> None:
    assert Doors().admit(address)


def test_what_the_settings_name_is_reached_in_every_spelling() -> None:
    doors = Doors((ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1/128")))
    assert all(map(doors.admit, ("10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::10.1.2.3", "::1")))
    assert not any(map(doors.admit, ("127.0.0.1", "::2", "2002:a01:203::")))


def test_a_name_is_judged_by_what_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with a new answer to every question (DNS rebinding) is asked for once: the answer that was judged is used."""
    answers = iter(["127.0.0.1", "10.0.0.1"])

    def resolve(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    with serving(fixed(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")) as port:
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        outbound = Outbound(LOOPBACK, plain_http=True)
        assert ask(outbound, f"http://rebinding.example:{port}/").status == 200
        assert refusal(outbound, f"http://rebinding.example:{port}/") == "forbidden-address"


def test_dead_addresses_do_not_outlast_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    address = listener.getsockname()
    waiting = [socket.socket() for _ in range(4)]
    for one in waiting:  # nobody accepts: the queue is full, and further connections are not answered
        one.setblocking(False)
        one.connect_ex(address)
    found = (socket.AF_INET, socket.SOCK_STREAM, 6, "", address)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [found] * 4)
    asked: list[float] = []

    def stopwatch() -> float:
        asked.append(len(asked) * 0.1)
        return asked[-1]

    outbound = Outbound(LOOPBACK, plain_http=True, total_seconds=0.35, stopwatch=stopwatch)
    assert refusal(outbound, f"http://dead.example:{address[1]}/") == "timeout"
    for one in (*waiting, listener):
        one.close()


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/", "file:///etc/passwd", "ldap://127.0.0.1/", "http:///x", "http://[::1", "//127.0.0.1/"]
)
def test_other_schemes_and_broken_urls_are_refused(url: str) -> None:
    assert refusal(Outbound(LOOPBACK, plain_http=True), url) in {"forbidden-address", "unreachable"}


def test_plain_http_is_refused_unless_allowed() -> None:
    assert refusal(Outbound(LOOPBACK), "http://127.0.0.1:9/") == "forbidden-address"


def test_a_closed_port_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert refusal(Outbound(LOOPBACK, plain_http=True), f"http://127.0.0.1:{port}/?secret=1") == "unreachable"


def test_an_oversized_body_is_cut_off() -> None:
    with serving(fixed(b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + b"x" * 1001)) as port:
        assert refusal(Outbound(LOOPBACK, plain_http=True), f"http://127.0.0.1:{port}/") == "too-large"


@pytest.mark.parametrize(
    "prefix",
    [b"HTTP/1.1 200 O", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n"],
    ids=["status line", "header", "body"],
)
def test_a_slow_drip_ends_by_the_deadline(prefix: bytes) -> None:
    with serving(dripping(prefix)) as port:
        before = time.monotonic()
        assert refusal(Outbound(LOOPBACK, plain_http=True, total_seconds=0.5), f"http://127.0.0.1:{port}/") == "timeout"
        assert time.monotonic() - before < 3


@pytest.mark.parametrize("garbage", [b"\x00\x01\x02\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n"])
def test_garbage_is_no_response(garbage: bytes) -> None:
    with serving(lambda c: (c.recv(65536), c.sendall(garbage))[1]) as port:
        outbound = Outbound(LOOPBACK, plain_http=True, total_seconds=1)
        assert refusal(outbound, f"http://127.0.0.1:{port}/") in {"unreachable", "timeout"}


def test_a_slow_host_does_not_take_every_thread() -> None:
    with (
        serving(dripping(b"HTTP/1.1 200 O")) as port,
        serving(fixed(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as neighbour,
    ):
        outbound = Outbound(LOOPBACK, plain_http=True, total_seconds=1)
        codes: list[str] = []
        workers = [
            threading.Thread(target=lambda: codes.append(refusal(outbound, f"http://127.0.0.1:{port}/")))
            for _ in range(MAX_CONCURRENT_PER_HOST + 4)
        ]
        for worker in workers:
            worker.start()
        assert outbound(HttpRequest("GET", f"http://127.0.0.1:{neighbour}/")).status == 200
        for worker in workers:
            worker.join()
    assert codes.count("busy") == 4
    assert refusal(outbound, f"http://127.0.0.1:{port}/") != "busy"


def certified(name: str) -> tuple[ssl.SSLContext, str]:
    """Return a server context with a certificate for *name*, and that certificate as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return _context(key, certificate), certificate.public_bytes(serialization.Encoding.PEM).decode()


def _context(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> ssl.SSLContext:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with tempfile.NamedTemporaryFile() as file:
        file.write(pem + certificate.public_bytes(serialization.Encoding.PEM))
        file.flush()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file.name)
    return context


def test_tls_is_verified_by_name_and_issuer_and_timed() -> None:
    server, pem = certified("localhost")
    trusting = ssl.create_default_context(cadata=pem)
    good = fixed(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
    with serving(good, lambda s: server.wrap_socket(s, server_side=True)) as port:
        assert ask(Outbound(LOOPBACK, trust=trusting), f"https://localhost:{port}/").body == b"hi"
        assert refusal(Outbound(LOOPBACK, trust=trusting), f"https://127.0.0.1:{port}/") == "unreachable"
        assert refusal(Outbound(LOOPBACK), f"https://localhost:{port}/") == "unreachable"
    with serving(dripping(b"HTTP/1.1 200 OK\r\nX-Slow: "), lambda s: server.wrap_socket(s, server_side=True)) as port:
        slow = Outbound(LOOPBACK, trust=ssl.create_default_context(cadata=pem), total_seconds=0.5)
        assert refusal(slow, f"https://localhost:{port}/") == "timeout"


def test_a_protocol_is_driven_and_may_recover_from_a_failed_exchange() -> None:
    def steps() -> Steps[str]:
        first = yield HttpRequest("GET", "https://a.example/")
        try:
            yield HttpRequest("GET", "https://down.example/")
        except ExchangeFailed as failure:
            return f"{first.status} {failure.code}"
        return "unexpected"

    def fetch(request: HttpRequest, *, max_bytes: int = 0) -> HttpResponse:
        if "down" in request.url:
            raise ExchangeFailed("unreachable", "down.example")
        return HttpResponse(200, {}, b"")

    assert drive(steps(), fetch) == "200 unreachable"
