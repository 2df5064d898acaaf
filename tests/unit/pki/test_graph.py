"""The search: the most promising path first, every path in the end, and an end in any case."""

from __future__ import annotations

import pytest

from idbridge.pki import graph
from idbridge.pki.anchors import read_anchors
from idbridge.pki.graph import CertificateGraph, Search, SearchBudgetError, graph_of, unknown_issuers
from tests.authority import AT, DAY, Authority, read


def search(certificates, anchors, *, flawed=(), forged=()) -> Search:
    return Search(
        (CertificateGraph(certificates),),
        read_anchors(anchors),
        has_flaw=lambda judged: judged in flawed,
        is_signed_by=lambda certificate, issuer: (certificate, issuer) not in forged,
    )


def routes(found) -> list[list[str]]:
    return [[str(certificate) for certificate in candidate.certificates] for candidate in found]


@pytest.fixture
def diamond():
    """Leaf ← Low ← (Left | Right ← Middle) ← Root: a short way and a long one."""
    root, low = Authority("Root"), Authority("Low")
    left, left_der = root.subordinate("Left")
    middle, middle_der = root.subordinate("Middle")
    right, right_der = middle.subordinate("Right")
    by_left, by_right = (issuer.certify("Low", low.key, ca=True) for issuer in (left, right))
    return {
        "leaf": read(low.certify("Leaf")),
        "root": root.root(),
        "certificates": [by_right, by_left, right_der, middle_der, left_der],
        "by_left": read(by_left),
        "by_right": read(by_right),
        "left": read(left_der),
    }


SHORT = ["CN=Leaf", "CN=Low", "CN=Left"]
LONG = ["CN=Leaf", "CN=Low", "CN=Right", "CN=Middle"]


def test_shortest_first(diamond) -> None:
    found = list(search(diamond["certificates"], [diamond["root"]]).candidates(diamond["leaf"]))
    assert routes(found) == [SHORT, LONG]
    assert not any(candidate.flawed for candidate in found)


def test_flawed_last(diamond) -> None:
    found = list(search(diamond["certificates"], [diamond["root"]], flawed=[diamond["by_left"]]).candidates(diamond["leaf"]))
    assert routes(found) == [LONG, SHORT]
    assert [candidate.flawed for candidate in found] == [False, True]


def test_forged_last(diamond) -> None:
    forged = [(diamond["by_left"], diamond["left"])]
    found = list(search(diamond["certificates"], [diamond["root"]], forged=forged).candidates(diamond["leaf"]))
    assert routes(found) == [LONG, SHORT]


def test_another_key_of_the_name_is_no_candidate() -> None:
    old, new = Authority("CA"), Authority("CA")
    leaf = read(new.certify("Leaf"))
    found = search([], [old.root()], forged=[(leaf, read(old.root()))])
    anchors = [anchor.certificate for members in found._anchors.values() for anchor in members]
    assert list(search([], anchors, forged=[(leaf, anchors[0])]).candidates(leaf)) == []


def test_rolled_over_keys() -> None:
    old, new = Authority("CA"), Authority("CA")
    new_with_old = old.certify("CA", new.key, ca=True)
    leaf = read(new.certify("Leaf"))
    root = old.root()
    found = list(search([new_with_old], [root], forged=[(leaf, read(root))]).candidates(leaf))
    assert routes(found) == [["CN=Leaf", "CN=CA"]]


def test_no_name_and_key_twice() -> None:
    first, second = Authority("First"), Authority("Second")
    loop = [first.certify("Second", second.key, ca=True), second.certify("First", first.key, ca=True)]
    leaf = read(second.certify("Leaf"))
    found = list(search(loop, [first.root()]).candidates(leaf))
    assert routes(found) == [["CN=Leaf", "CN=Second"]]


def test_ends_by_budget(monkeypatch: pytest.MonkeyPatch, diamond) -> None:
    monkeypatch.setattr(graph, "EXPANSIONS_LIMIT", 3)
    candidates = search(diamond["certificates"], [diamond["root"]]).candidates(diamond["leaf"])
    with pytest.raises(SearchBudgetError):
        list(candidates)


def test_too_long_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "PATH_LIMIT", 5)
    authority = Authority("0")
    root, certificates = authority.root(), []
    for number in range(1, 8):
        authority, der = authority.subordinate(str(number))
        certificates.append(der)
        leaf = read(authority.certify("Leaf"))
        found = list(search(certificates, [root]).candidates(leaf))
        assert len(found) == (1 if number < 5 else 0)


def test_what_is_no_certificate_is_listed() -> None:
    made = CertificateGraph([b"", Authority("CA").root(), b"\x30\x00"])
    assert len(made.refused) == 2
    assert len(made.of_subject) == 1


def test_a_certificate_twice_is_one_edge() -> None:
    root = Authority("CA").root()
    (edges,) = CertificateGraph([root, root]).of_subject.values()
    assert len(edges) == 1


def test_unknown_issuers(diamond) -> None:
    whole = (CertificateGraph([*diamond["certificates"], diamond["root"]]),)
    assert unknown_issuers(whole, diamond["leaf"]) == []
    part = (CertificateGraph(diamond["certificates"]),)
    assert {str(certificate) for certificate in unknown_issuers(part, diamond["leaf"])} == {"CN=Left", "CN=Middle"}


def test_a_large_collection_is_indexed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "LARGE", 2)
    certificates = [Authority(name).root(end=AT + DAY) for name in ("A", "B")]
    assert graph_of(certificates) is graph_of(list(certificates))
    assert graph_of(certificates[:1]) is not graph_of(certificates[:1])
