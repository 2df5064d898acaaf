"""XAdES that is made: read back at the level it was made for, schema-valid, and refused where it could not be verified."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
import signxml
from cryptography import x509
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from idbridge.signatures.contents import HashedContent, KnownContent
from idbridge.signatures.evidence import MessageDigest
from idbridge.signatures.making.files import SignedFile
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import BaselineLevel, LongTermMaterial, Signatory, Statement
from idbridge.signatures.making.xades import (
    Detached,
    Enveloped,
    Enveloping,
    Packaging,
    augment_xades,
    counter_sign_xades,
    make_xades,
)
from tests.unit.signatures.making.people import (
    FULL,
    KEYS,
    SIGNED_AT,
    STATEMENT,
    Person,
    driven,
    judged,
    material,
    person,
    stampers,
)

CONTRACT = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<?style s?><contract xmlns="urn:c" xmlns:ds="urn:not-dsig" Id="doc">'
    b'<!-- c --><amount Id="a" xml:lang="pt">100</amount> <p:note xmlns:p="urn:p">&#13;\xc3\xa7</p:note></contract>'
)
LETTER = SignedFile(KnownContent.of(b"a\x00 letter", name="a letter #1.txt"), "text/plain")
PLAN = SignedFile(KnownContent.of(b"a plan", b" in pieces", name="plans/\u516c.bin"))
CONTENTS = {"a letter #1.txt": b"a\x00 letter", "plans/\u516c.bin": b"a plan in pieces"}
PACKAGINGS: dict[str, Packaging] = {
    "enveloped": Enveloped(CONTRACT),
    "enveloped-shared": Enveloped(CONTRACT, shared=True),
    "enveloped-root": Enveloped(CONTRACT, "doc"),
    "element": Enveloped(CONTRACT, "a"),
    "enveloping": Enveloping((LETTER, PLAN)),
    "detached": Detached((LETTER, PLAN)),
}
LEVELS = (BaselineLevel.T, BaselineLevel.LT, BaselineLevel.LTA, BaselineLevel.LTA)


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    """ETSI's schemas (XAdES 1.3.2 and 1.4.1 of 2016), as signxml carries them."""
    folder = Path(signxml.__file__).parent / "xades" / "schemas"
    imports = {
        "http://www.w3.org/2000/09/xmldsig#": "../../schemas/xmldsig-core-schema.xsd",
        "http://uri.etsi.org/01903/v1.3.2#": "XAdES01903v132-201601.xsd",
        "http://uri.etsi.org/01903/v1.4.1#": "XAdES01903v141-201601.xsd",
    }
    lines = "".join(f'<xsd:import namespace="{uri}" schemaLocation="{file}"/>' for uri, file in imports.items())
    text = f'<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema">{lines}</xsd:schema>'
    return etree.XMLSchema(etree.fromstring(text, base_url=f"{folder}/all.xsd"))


def made(packaging: Packaging, who: Person, statement: Statement = STATEMENT) -> bytes:
    return driven(make_xades(packaging, who.signatory, statement), who)


def climbed(
    document: bytes, *people: Person, packaging: Packaging | None = None, to: BaselineLevel = BaselineLevel.LTA
) -> bytes:
    detached = (LETTER.content, PLAN.content) if isinstance(packaging, Detached) else ()
    return driven(augment_xades(document, to, material(*people), detached=detached))


def detached_of(packaging: Packaging) -> dict[str, bytes] | None:
    return CONTENTS if isinstance(packaging, Detached) else None


def refused(making) -> MakingRefused:
    with pytest.raises(MakingRefused) as caught:
        driven(making, person())
    return caught.value


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("kind", PACKAGINGS)
def test_every_level_is_read_back(key: str, kind: str, schema: etree.XMLSchema) -> None:
    packaging, who = PACKAGINGS[kind], person(key)
    document = made(packaging, who, FULL)
    for level in (BaselineLevel.B, *LEVELS):
        if level is not BaselineLevel.B:
            document = climbed(document, who, packaging=packaging, to=level)
        report = judged(document, who, detached=detached_of(packaging))
        (signature,) = report.signatures
        assert (signature.level, signature.integrity, signature.evidence.form) == (level, "intact", "XAdES")
        assert not signature.evidence.signed.faults
        element = next(etree.fromstring(document).iter("{http://www.w3.org/2000/09/xmldsig#}Signature"))
        schema.assertValid(etree.fromstring(etree.tostring(element)))
    assert report.indication == "TOTAL_PASSED", report.to_dict()
    assert [stamp.indication for stamp in report.timestamps] == ["PASSED"] * 3
    attributes = signature.evidence.attributes
    assert attributes.signing_time == SIGNED_AT
    assert attributes.claimed_roles == FULL.claimed_roles
    assert attributes.location == ("Macao",)
    assert attributes.commitments == ("http://uri.etsi.org/01903/v1.2.2#ProofOfApproval", "urn:oid:1.2.3.4")
    whole = kind not in ("element", "enveloped-root")  # neither has the instruction beside the root
    assert all(scope.whole_document is whole for scope in signature.evidence.scope)


def test_an_archived_signature_outlives_its_certificates() -> None:
    """All it needs is within it: years later nothing else is at hand, and the signer's certificate has expired."""
    who = person()
    document = climbed(made(Enveloped(CONTRACT), who), who)
    later = SIGNED_AT.replace(year=2028)
    assert judged(document, who, at=later).indication == "TOTAL_PASSED"
    only_timed = climbed(made(Enveloped(CONTRACT), who), who, to=BaselineLevel.T)
    assert judged(only_timed, who, at=later).indication == "INDETERMINATE"


@pytest.mark.parametrize("kind", PACKAGINGS)
def test_a_change_is_caught(kind: str) -> None:
    packaging, who = PACKAGINGS[kind], person()
    document = climbed(made(packaging, who), who, packaging=packaging)
    contents = {name: content + b"!" for name, content in CONTENTS.items()}
    if isinstance(packaging, Detached):
        assert judged(document, who, detached=contents).indication == "TOTAL_FAILED"
    else:
        changed = document.replace(b">100<", b">900<").replace(b"YSBwbGFuIGlu", b"YSBwbGFuIElu")
        assert changed != document
        assert judged(changed, who).indication == "TOTAL_FAILED"


def test_same_arguments_ask_the_same() -> None:
    first, second = (next(make_xades(Enveloped(CONTRACT), person().signatory, FULL)) for _ in range(2))
    assert first == second


def test_shared_documents_take_further_signatures() -> None:
    """A second and third signature, each augmented, leave the first as it was."""
    people = [person("ec-p256", name) for name in ("First", "Second", "Third")]
    document = made(Enveloped(CONTRACT, shared=True), people[0])
    document = climbed(document, people[0])
    for who in people[1:]:
        document = climbed(made(Enveloped(document), who), *people)
    report = judged(document, *people)
    assert [signature.level for signature in report.signatures] == ["B-LTA"] * 3
    assert report.indication == "TOTAL_PASSED", report.to_dict()
    assert len({signature.signer.name for signature in report.signatures if signature.signer}) == 3


def test_what_covers_the_whole_takes_no_further_signature() -> None:
    document = made(Enveloped(CONTRACT), person())
    refusal = refused(make_xades(Enveloped(document), person().signatory, STATEMENT))
    assert refusal.code is MakingRefusal.ARCHIVED


def test_what_another_signature_covers_is_not_augmented() -> None:
    """A later signature over the whole, the first one in it: the first can be given nothing more."""
    who = person()
    document = etree.fromstring(made(Enveloped(b'<contract Id="doc">100</contract>', shared=True), who))
    certificate = x509.load_der_x509_certificate(who.signatory.certificate)
    signer = signxml.XMLSigner(signature_algorithm="ecdsa-sha256")
    over_all = etree.tostring(signer.sign(document, key=who.signer.private_key, cert=[certificate]))
    assert [one.integrity for one in judged(over_all, who).signatures] == ["intact"] * 2
    first = document[-1].get("Id")
    assert refused(augment_xades(over_all, BaselineLevel.T, of=first)).code is MakingRefusal.ARCHIVED
    assert refused(counter_sign_xades(over_all, 1, who.signatory, STATEMENT)).code is MakingRefusal.ARCHIVED


def test_counter_signature() -> None:
    who, other = person(), person("rsa-2048", "Lam Siu Ling")
    document = made(Enveloped(CONTRACT), who)
    document = driven(counter_sign_xades(document, 1, other.signatory, FULL), other)
    document = climbed(document, who, other)
    report = judged(document, who, other)
    signature, counter = report.signatures
    assert counter.evidence.parent == signature.evidence.id
    assert counter.level == "B-B"
    assert signature.level == "B-LTA"
    assert counter.evidence.id in report.timestamps[-1].evidence.covers.signatures
    assert report.indication == "TOTAL_PASSED", report.to_dict()


def test_counter_signature_after_archiving() -> None:
    who = person()
    document = climbed(made(Enveloped(CONTRACT), who), who)
    document = driven(counter_sign_xades(document, 1, who.signatory, STATEMENT), who)
    assert judged(document, who).signatures[0].level == "B-LTA"
    assert {stamp.indication for stamp in judged(document, who).timestamps} == {"PASSED"}


def test_policy_is_stated_with_its_digest() -> None:
    digest = MessageDigest("SHA-256", hashlib.sha256(b"rules").digest())
    document = made(Enveloped(CONTRACT), person(), replace(STATEMENT, policy="1.2.3", policy_digest=digest))
    policy = judged(document, person()).signatures[0].evidence.attributes.policy
    assert policy is not None
    assert policy.identifier == "urn:oid:1.2.3"
    assert policy.reference is not None
    assert policy.reference.expected == digest.value


def test_digests_suffice_for_detached_files() -> None:
    hashed = HashedContent({"SHA-256": hashlib.sha256(b"far away").digest()}, "far.txt")
    document = made(Detached((SignedFile(hashed),)), person())
    assert judged(document, person(), detached={"far.txt": b"far away"}).signatures[0].integrity == "intact"


def test_validation_data_is_kept_apart_and_once() -> None:
    who = person()
    document = climbed(made(Enveloped(CONTRACT), who), who, to=BaselineLevel.LT)
    tree = etree.fromstring(document)
    names = [etree.QName(element).localname for element in next(tree.iter("{*}UnsignedSignatureProperties"))]
    assert names == ["SignatureTimeStamp", "TimeStampValidationData", "CertificateValues", "RevocationValues"]
    again = climbed(document, who)
    names = [etree.QName(element).localname for element in next(etree.fromstring(again).iter("{*}UnsignedSignatureProperties"))]
    assert names[4:] == ["ArchiveTimeStamp"]
    renewed = driven(augment_xades(again, BaselineLevel.LTA, replace(material(who), crls=(stampers().crl(SIGNED_AT),))))
    names = [
        etree.QName(element).localname for element in next(etree.fromstring(renewed).iter("{*}UnsignedSignatureProperties"))
    ]
    assert names[4:] == ["ArchiveTimeStamp", "TimeStampValidationData", "ArchiveTimeStamp"]


NEGATIVE = {
    "no XML": (Enveloped(b"text"), MakingRefusal.FORMAT),
    "a document type": (Enveloped(b"<!DOCTYPE a><a/>"), MakingRefusal.FORMAT),
    "an entity": (Enveloped(b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'), MakingRefusal.FORMAT),
    "no such element": (Enveloped(CONTRACT, "nowhere"), MakingRefusal.FORMAT),
    "an element twice": (Enveloped(b'<a><b Id="x"/><c Id="x"/></a>', "x"), MakingRefusal.FORMAT),
    "a signature": (Enveloped(b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>'), MakingRefusal.FORMAT),
    "nothing": (Detached(()), MakingRefusal.CONTENT_MISSING),
    "no name": (Detached((SignedFile(KnownContent.of(b"a")),)), MakingRefusal.FORMAT),
    "one name twice": (Detached((LETTER, LETTER)), MakingRefusal.FORMAT),
    "another digest": (Detached((SignedFile(HashedContent({"SM3": bytes(32)}, "a")),)), MakingRefusal.CONTENT_MISSING),
    "a digest to hold": (Enveloping((SignedFile(HashedContent({}, "a")),)), MakingRefusal.CONTENT_MISSING),
    "a control character": (Detached((SignedFile(KnownContent.of(b"a", name="a"), "a\x01"),)), MakingRefusal.STATEMENT),
}


@pytest.mark.parametrize("case", NEGATIVE)
def test_what_cannot_be_verified_is_not_made(case: str) -> None:
    packaging, code = NEGATIVE[case]
    assert refused(make_xades(packaging, person().signatory, STATEMENT)).code is code


STATEMENTS = {
    "no zone": replace(STATEMENT, signing_time=SIGNED_AT.replace(tzinfo=None)),
    "policy without digest": replace(STATEMENT, policy="1.2.3"),
    "a role with a control character": replace(STATEMENT, claimed_roles=("\x02",)),
}


@pytest.mark.parametrize("case", STATEMENTS)
def test_what_cannot_be_said_is_refused(case: str) -> None:
    refusal = refused(make_xades(Enveloped(CONTRACT), person().signatory, STATEMENTS[case]))
    assert refusal.code is MakingRefusal.STATEMENT


def test_keys_that_do_not_fit_are_refused() -> None:
    own, other = person().signatory, person("rsa-2048").signatory
    wrong_kind = refused(make_xades(Enveloped(CONTRACT), replace(own, algorithm=other.algorithm), STATEMENT))
    assert wrong_kind.code is MakingRefusal.KEY
    no_certificate = refused(make_xades(Enveloped(CONTRACT), Signatory(b"0", own.algorithm), STATEMENT))
    assert no_certificate.code is MakingRefusal.CERTIFICATE
    unknown = refused(make_xades(Enveloped(CONTRACT), replace(own, algorithm=b"\x30\x00"), STATEMENT))
    assert unknown.code is MakingRefusal.ALGORITHM
    making = make_xades(Enveloped(CONTRACT), own, STATEMENT)
    next(making)
    with pytest.raises(MakingRefused, match="no signature value"):
        making.send(b"no DER")


def test_what_cannot_be_augmented_is_refused() -> None:
    who = person()
    document = made(Enveloped(CONTRACT), who)
    cases = [
        (augment_xades(CONTRACT, BaselineLevel.T), MakingRefusal.FORMAT),
        (augment_xades(document, BaselineLevel.T, of="other"), MakingRefusal.FORMAT),
        (augment_xades(document, BaselineLevel.B), MakingRefusal.LEVEL),
        (augment_xades(document, BaselineLevel.LT), MakingRefusal.EVIDENCE_MISSING),
        (augment_xades(document, BaselineLevel.LT, LongTermMaterial((b"none",))), MakingRefusal.EVIDENCE_MISSING),
        (augment_xades(document, BaselineLevel.LT, LongTermMaterial((who.root,) * 401)), MakingRefusal.EVIDENCE_MISSING),
        (augment_xades(climbed(document, who, to=BaselineLevel.T), BaselineLevel.T), MakingRefusal.NOTHING_TO_AUGMENT),
        (augment_xades(document.replace(b">100<", b">900<"), BaselineLevel.LTA, material(who)), MakingRefusal.BROKEN),
        (augment_xades(made(Detached((LETTER,)), who), BaselineLevel.LTA, material(who)), MakingRefusal.CONTENT_MISSING),
        (counter_sign_xades(document, 2, who.signatory, STATEMENT), MakingRefusal.FORMAT),
        (
            counter_sign_xades(document.replace(b' Id="value-', b' X="value-'), 1, who.signatory, STATEMENT),
            MakingRefusal.FORMAT,
        ),
    ]
    assert [refused(making).code for making, _ in cases] == [code for _, code in cases]


def test_older_xades_is_left_alone() -> None:
    older = made(Enveloped(CONTRACT), person()).replace(b"01903/v1.3.2#", b"01903/v1.2.2#")
    assert refused(augment_xades(older, BaselineLevel.T)).code is MakingRefusal.FORMAT


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=20)
NAMES = st.sampled_from(["a", "b", "p:c", "Signature"])


def _element(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    declared = st.sampled_from(["", ' xmlns="urn:d"', ' xmlns:p="urn:q"', ' xmlns:ds="urn:e"', ' xml:space="preserve"'])
    return st.builds(
        lambda name, declarations, inner: f"<{name}{declarations}>{''.join(inner)}</{name}>",
        NAMES,
        declared,
        st.lists(children, max_size=4),
    )


ESCAPED = TEXT.map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
DOCUMENTS = st.recursive(ESCAPED | st.just("<!-- c -->") | st.just("<?i j?>"), _element, max_leaves=12).map(
    lambda inner: f'<root xmlns:p="urn:p" xml:lang="pt">{inner}</root>'.encode()
)


def inclusive(document: bytes, *dropped: str) -> bytes:
    """The inclusive canonical form, with comments, without the unsigned properties named."""
    root = etree.fromstring(document)
    for element in [element for name in dropped for element in root.iter(f"{{*}}{name}")]:
        element.getparent().remove(element)
    return etree.tostring(root.getroottree(), method="c14n", with_comments=True)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=DOCUMENTS, shared=st.booleans(), statement=st.builds(Statement, st.just(SIGNED_AT), place=st.none() | TEXT))
def test_augmenting_changes_nothing_that_is_there(document: bytes, shared: bool, statement: Statement) -> None:
    who = person()
    signed = made(Enveloped(document, shared=shared), who, statement)
    timed = climbed(signed, who, to=BaselineLevel.T)
    assert inclusive(timed, "UnsignedProperties") == inclusive(signed, "UnsignedProperties")
    archived = climbed(timed, who)
    assert inclusive(
        archived, "TimeStampValidationData", "CertificateValues", "RevocationValues", "ArchiveTimeStamp"
    ) == inclusive(timed)
    report = judged(archived, who)
    assert (report.indication, report.signatures[0].level) == ("TOTAL_PASSED", "B-LTA"), report.to_dict()
