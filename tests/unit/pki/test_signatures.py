"""Signatures of one validation, and of the next: each is verified once, and each validation has its own limit."""

from __future__ import annotations

from datetime import timedelta

import pytest

from idbridge import verify_certificate
from idbridge.pki import signatures
from idbridge.pki.algorithm_policy import DEFAULT, POLICIES
from idbridge.pki.errors import BadRequestError
from idbridge.pki.signatures import SignatureBook, SignatureBudgetError
from tests.authority import AT, Authority


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The messages whose signatures are computed."""
    messages: list[bytes] = []
    verify = signatures.verify_signature

    def counting(key: bytes, algorithm: bytes, message: bytes, value: bytes, **options):
        messages.append(message)
        return verify(key, algorithm, message, value, **options)

    monkeypatch.setattr(signatures, "verify_signature", counting)
    return messages


def report(authority: Authority, root: bytes, leaf: bytes, book: SignatureBook):
    return verify_certificate(leaf, anchors=[root], crls=[authority.crl()], at=AT, algorithms=DEFAULT, signatures=book)


def test_certificates_of_one_issuer_share_the_verdict_on_its_list(computed: list[bytes]) -> None:
    authority = Authority("Root")
    root, leaves = authority.root(), [authority.certify("a"), authority.certify("b")]
    crl, book = authority.crl(), SignatureBook(DEFAULT, AT)
    for leaf in leaves:
        options = {"anchors": [root], "crls": [crl], "at": AT, "algorithms": DEFAULT, "signatures": book}
        assert verify_certificate(leaf, **options).indication == "PASSED"
    assert len(computed) == len(set(computed))
    assert sum(message in crl for message in computed) == 1


def test_limit_is_of_one_validation(computed: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signatures, "SIGNATURES_LIMIT", 2)
    first = SignatureBook(DEFAULT, AT)
    for message in (b"a", b"b"):
        first.verdict(b"key", b"algorithm", message, b"value")
    with pytest.raises(SignatureBudgetError):
        first.verdict(b"key", b"algorithm", b"c", b"value")
    assert first.for_another().verdict(b"key", b"algorithm", b"c", b"value").verdict == "unsupported"
    assert first.verdict(b"key", b"algorithm", b"c", b"value").verdict == "unsupported"
    assert computed == [b"a", b"b", b"c"]


def test_algorithm_is_a_part_of_what_is_remembered(computed: list[bytes]) -> None:
    book = SignatureBook(DEFAULT, AT)
    for algorithm in (b"one", b"another"):
        book.verdict(b"key", algorithm, b"a", b"value")
    assert len(computed) == 2


@pytest.mark.parametrize("book", [SignatureBook(POLICIES["legacy"], AT), SignatureBook(DEFAULT, AT + timedelta(seconds=1))])
def test_verdicts_of_another_policy_or_time_are_refused(book: SignatureBook) -> None:
    authority = Authority("Root")
    with pytest.raises(BadRequestError, match="other algorithms"):
        report(authority, authority.root(), authority.certify("a"), book)
