"""Evidence that a judgement lacked, fetched from where the certificates say it is: issuers (AIA), CRLs and OCSP answers.

Addresses in certificates are a stranger's: only ``http`` and ``https`` are followed, through the bounded way out, and LDAP is
refused by name. What came is kept in memory by its address until it says that it is too old; whether it is worth anything is
for the path engine, which sees every byte again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from idbridge.clock import Stopwatch, system_stopwatch
from idbridge.exchange import ExchangeFailed, HttpRequest
from idbridge.outbound import Fetch
from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import MalformedCertificateError, PkiError
from idbridge.pki.report import MissingEvidence, PathReport
from idbridge.pki.revocation.crl import CertificateList
from idbridge.pki.revocation.ocsp import OcspResponse, build_request
from idbridge.signatures.gathering import ValidationData

MAX_CRL_BYTES: Final = 20 << 20
"""The largest CRLs in the field have some ten megabytes; Hongkong Post's full one has well under one."""
MAX_ANSWER_BYTES: Final = 64 << 10
"""An OCSP answer or an issuer's certificates (RFC 5280 §4.2.2.1) have a few kilobytes."""
MAX_KEPT_BYTES: Final = 64 << 20
"""What is kept in memory by one process; the longest unused goes first."""
MAX_FETCHES: Final = 24
"""Addresses asked for one judgement: a path of five certificates with three addresses each stays below."""
FETCHES_A_DOCUMENT: Final = 4
"""Further addresses for every document of one call: a signer nobody saw yet has an OCSP responder, a CRL, perhaps an issuer."""
MAX_SHARED_FETCHES: Final = 2_000
"""Addresses asked for one call, however many documents it has: the bridge is not to be made a flood of questions."""
SHARED_SECONDS: Final = 60.0
"""After so long nothing further is asked for one call with several documents; what came by then serves them all."""
FETCH_SECONDS: Final = 20.0
"""After so long no further address is asked for one judgement: two that do not answer at all, and whoever waits is told so."""
KEPT_WITHOUT_DATE: Final = timedelta(hours=1)
"""How long something is kept that does not say when it is renewed: issuers' certificates, mostly."""
LONGEST_KEPT: Final = timedelta(hours=12)
"""A CRL may promise a month; one that was issued early, because something was revoked, is still seen the same day."""

Kind = Literal["issuer", "crl", "ocsp"]


@dataclass(frozen=True, slots=True)
class _Kept:
    data: bytes
    until: datetime


@dataclass(frozen=True, slots=True)
class Attempted:
    """One address that was asked: what came of it is in `code` (``fetched``, ``kept``, ``unreadable``, ``http-404``, …)."""

    kind: Kind
    url: str
    code: str

    def to_dict(self) -> dict[str, str]:
        """Return it as plain data."""
        return {"kind": self.kind, "url": self.url, "code": self.code}


@dataclass(slots=True)
class Budget:
    """How much may still be asked for one judgement, or for several together: so many addresses, and until a time.

    `silent` are the addresses that had nothing to give, by the code: they are not asked twice for the same work, or a
    responder that is down would hold up every document of its authority.
    """

    addresses: int = MAX_FETCHES
    seconds: float = FETCH_SECONDS
    stopwatch: Stopwatch = system_stopwatch
    silent: dict[tuple[str, bytes], str] = field(default_factory=dict)
    _until: float = field(init=False)

    @classmethod
    def shared(cls, documents: int) -> Budget:
        """Return the budget of one call about so many documents."""
        if documents <= 1:
            return cls()
        return cls(min(MAX_FETCHES + FETCHES_A_DOCUMENT * documents, MAX_SHARED_FETCHES), SHARED_SECONDS)

    def __post_init__(self) -> None:
        self._until = self.stopwatch() + self.seconds

    @property
    def spent(self) -> bool:
        """Whether nothing more may be asked."""
        return self.addresses <= 0 or self.stopwatch() >= self._until


class EvidenceFetcher:
    """Fetches what a report says is missing. Shared by a worker's threads."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._kept: OrderedDict[tuple[str, bytes], _Kept] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def gather(
        self, missing: Iterable[MissingEvidence], known: Iterable[Certificate], now: datetime, budget: Budget
    ) -> tuple[ValidationData, tuple[Attempted, ...]]:
        """Return what could be had of *missing* within *budget*, and how each attempt went; what is kept costs nothing of it.

        *known* are the certificates of the paths that were tried: an OCSP request names the issuer too.
        """
        by_hash = {certificate.sha256: certificate for certificate in known}
        attempts: list[Attempted] = []
        found: dict[Kind, list[bytes]] = {"issuer": [], "crl": [], "ocsp": []}
        for item in dict.fromkeys(missing):
            for url in item.urls:
                body = _body(item, by_hash)
                if body is None:
                    break
                answer = self._get(item.kind, url, body, now, budget)
                if answer is None:
                    break
                data, code = answer
                attempts.append(Attempted(item.kind, url, code))
                if data is not None:
                    found[item.kind].append(data)
                    break
        issuers = tuple(der for bundle in found["issuer"] for der in _certificates(bundle))
        return ValidationData(issuers, tuple(found["crl"]), tuple(found["ocsp"])), tuple(attempts)

    def _get(self, kind: Kind, url: str, body: bytes, now: datetime, budget: Budget) -> tuple[bytes | None, str] | None:
        """Return what the address has, or None and why; None alone where it was not asked because the budget is spent."""
        scheme = urlsplit(url).scheme.lower() if url.isprintable() else ""
        if scheme not in {"http", "https"}:
            return None, f"scheme-{scheme or 'none'}"
        key = (url, body)
        kept = self._held(key, now)
        if kept is not None:
            return kept, "kept"
        if key in budget.silent:
            return None, budget.silent[key]
        if budget.spent:
            return None
        budget.addresses -= 1
        data, code = self._fetched(kind, key, now)
        if data is None:
            budget.silent[key] = code
        return data, code

    def _held(self, key: tuple[str, bytes], now: datetime) -> bytes | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or now >= kept.until:
                return None
            self._kept.move_to_end(key)
            return kept.data

    def _fetched(self, kind: Kind, key: tuple[str, bytes], now: datetime) -> tuple[bytes | None, str]:
        data, code = self._ask(kind, *key)
        if data is None:
            return None, code
        until = _good_until(kind, data, now)
        if until is None:
            return None, "unreadable"
        self._keep(key, _Kept(data, until))
        return data, code

    def _ask(self, kind: Kind, url: str, body: bytes) -> tuple[bytes | None, str]:
        request = HttpRequest("GET", url)
        if kind == "ocsp":  # RFC 6960 appendix A.1
            headers = (("Content-Type", "application/ocsp-request"), ("Accept", "application/ocsp-response"))
            request = HttpRequest("POST", url, headers, body)
        try:
            response = self._fetch(request, max_bytes=MAX_CRL_BYTES if kind == "crl" else MAX_ANSWER_BYTES)
        except ExchangeFailed as failure:
            return None, failure.code
        return (response.body, "fetched") if response.status == 200 else (None, f"http-{response.status}")

    def _keep(self, key: tuple[str, bytes], kept: _Kept) -> None:
        with self._lock:
            old = self._kept.pop(key, None)
            self._kept[key] = kept
            self._size += len(kept.data) - (len(old.data) if old else 0)
            while self._size > MAX_KEPT_BYTES:
                _, dropped = self._kept.popitem(last=False)
                self._size -= len(dropped.data)


def _body(item: MissingEvidence, known: dict[str, Certificate]) -> bytes | None:
    """Return what to send: an OCSP request, which names the issuer too (None if it is not known); nothing else has a body."""
    if item.kind != "ocsp":
        return b""
    certificate = known.get(item.certificate_sha256)
    if certificate is None:
        return None
    issuers = (one for one in known.values() if one.subject == certificate.issuer and one.sha256 != certificate.sha256)
    issuer = next(issuers, None)
    return None if issuer is None else build_request(certificate, issuer)


def _certificates(data: bytes) -> tuple[bytes, ...]:
    """Return the certificates at an AIA address: one in DER, or a certs-only CMS message (RFC 5280 §4.2.2.1)."""
    try:
        Certificate.from_der(data)
    except PkiError:
        try:
            return tuple(one.public_bytes(Encoding.DER) for one in pkcs7.load_der_pkcs7_certificates(data))
        except ValueError:
            return ()
    return (data,)


def _good_until(kind: Kind, data: bytes, now: datetime) -> datetime | None:
    """Return until when an answer is kept: its own next update, within bounds; None where it is not what was asked for."""
    readers: dict[Kind, Callable[[bytes], datetime | None]] = {
        "crl": _crl_update,
        "ocsp": _ocsp_update,
        "issuer": _issuer_update,
    }
    try:
        update = readers[kind](data)
    except PkiError:
        return None  # an error page, or a responder that has an error to tell: the next address may do better
    return min(update or now + KEPT_WITHOUT_DATE, now + LONGEST_KEPT)


def _crl_update(data: bytes) -> datetime | None:
    return CertificateList.from_der(data).next_update


def _issuer_update(data: bytes) -> datetime | None:
    if not _certificates(data):
        raise MalformedCertificateError("neither a certificate nor a message with certificates")
    return None


def _ocsp_update(data: bytes) -> datetime | None:
    updates = [answer.next_update for answer in OcspResponse.from_der(data).answers if answer.next_update is not None]
    return min(updates, default=None)


def missing_of(report: PathReport) -> tuple[MissingEvidence, ...]:
    """Return everything that a report says was not at hand, on the search and on every path that was tried."""
    return tuple(dict.fromkeys((*report.missing, *(item for path in report.paths for item in path.missing))))
