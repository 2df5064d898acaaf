"""OFD of every kind between ofdrw and this software: what it signs passes, and where the two differ there is a reason.

ofdrw validates digests, the seal's file and the signer's value. It judges neither the seal nor anybody's certificate, and
reads one form of each field. `IDBRIDGE_DIFFERENTIAL_COUNT` mutants are compared (3,000 before a release; few by default).
"""

from __future__ import annotations

import os
import random
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path

from idbridge.signatures.ber import SEQUENCE, BerError, encode, read_value
from idbridge.signatures.refusals import DocumentRefused
from idbridge.signatures.report import DocumentReport
from tests.interop import ofdrw_peer as peer
from tests.interop.ofdrw_peer import Job, signed, validated
from tests.unit.signatures.checks import test_seal, test_tamperings
from tests.unit.signatures.checks.test_seal import LIST, SEAL, SIGNATURE, VALUE, failed, office, verify
from tests.unit.signatures.formats.ofd import test_dialects
from tests.unit.signatures.formats.ofd.test_hostile import mutated, reencoded
from tests.unit.signatures.seals import PARTS, bits, make_sealing, pack, sealed_parts, signature_list, signature_xml, unpack

COUNT = int(os.environ.get("IDBRIDGE_DIFFERENTIAL_COUNT", "100"))

KINDS = ("v1", "v4", "v4-digests", "gbt35275", "gbt35275-attributes")
JOBS: Mapping[str, Job] = {
    **{f"{kind}-continued": Job(kind, stamps="normal" if kind[0] == "v" else "none") for kind in KINDS},
    **{f"{kind}-whole": Job(kind, "WholeProtected", "normal" if kind[0] == "v" else "none") for kind in KINDS},
    **{f"stamps-{where}": Job(stamps=where) for where in ("none", "several", "Left", "Right", "Top", "Bottom")},
    **{f"numbered-{how}": Job(numbering=how) for how in ("plain", "padded")},
    "relative": Job(relative="/Doc_0"),
    "second-v1": Job("v1", over="v4-continued"),
    "third-gbt35275": Job("gbt35275", stamps="none", over="second-v1"),
    "fourth-whole": Job("v4-digests", "WholeProtected", "Right", over="third-gbt35275"),
    "second-numbered": Job(numbering="plain", over="numbered-plain"),
    "second-after-gbt35275": Job(over="gbt35275-attributes-continued"),
}


def test_what_ofdrw_signs_passes(tmp_path: Path) -> None:
    """Every kind, mode, place of the seal and numbering, alone and one after the other; a page changed fails in each."""
    documents = signed(tmp_path, JOBS)
    assert validated(tmp_path, list(documents.values())) == ["valid"] * len(JOBS)
    for name, data in documents.items():
        report = peer.office().verify(data)
        assert (report.indication, failed(report)) == ("TOTAL_PASSED", {}), name
        assert all(s.evidence.scope[0].whole_document for s in report.signatures[-1:] if JOBS[name].mode == "WholeProtected")
        parts = unpack(data)
        page = "Doc_0/Pages/Page_0/Content.xml"
        report = peer.office().verify(pack({**parts, page: parts[page] + b" "}))
        assert (report.indication, report.sub_indication) == ("TOTAL_FAILED", "HASH_FAILURE"), name


def extended() -> dict[str, bytes]:
    """A document with a second one beside it, an attachment, a template, custom tags and a version."""
    entry = b"</ofd:DocBody><ofd:DocBody><ofd:DocRoot>Doc_1/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    unsigned = test_tamperings.PARTS["OFD.xml"].replace(b"<ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures>", b"")
    return {
        **{name: part for name, part in PARTS.items() if name != "OFD.xml"},
        "OFD.xml": unsigned.replace(b"</ofd:DocBody></ofd:OFD>", entry),
        "Doc_1/Document.xml": PARTS["Doc_0/Document.xml"],
        "Doc_1/Pages/Content.xml": PARTS["Doc_0/Pages/Content.xml"],
        "Doc_0/Attachs/Attachments.xml": b'<Attachments xmlns="http://www.ofdspec.org/2016"/>',
        "Doc_0/Attachs/\u5408\u540c.pdf": b"%PDF-1.7",
        "Doc_0/Tags/CustomTags.xml": b'<CustomTags xmlns="http://www.ofdspec.org/2016"/>',
        "Doc_0/Tpls/Tpl_0/Content.xml": b'<Page xmlns="http://www.ofdspec.org/2016"/>',
        "Doc_0/Versions/Version_1.xml": b'<DocVersion xmlns="http://www.ofdspec.org/2016" ID="1"/>',
    }


def test_what_ofdrw_signs_of_many_documents_passes(tmp_path: Path) -> None:
    """Packages of several documents, with attachments and versions: each part is covered, and one changed is named."""
    documents = signed(tmp_path, {kind: Job(kind, stamps="none") for kind in KINDS}, pack(extended()))
    assert validated(tmp_path, list(documents.values())) == ["valid"] * len(KINDS)
    for name, data in documents.items():
        report = peer.office().verify(data)
        assert (report.indication, failed(report)) == ("TOTAL_PASSED", {}), name
        for part in extended().keys() - {"OFD.xml"}:
            parts = unpack(data)
            changed = peer.office().verify(pack({**parts, part: parts[part] + b" "}))
            assert part in failed(changed)["references-intact"]


NOT_READ_BY_OFDRW = {
    # what of `test_dialects` ofdrw does not read, by the words with which it says so. None of it is less secure: what is
    # signed is the encoding as it stands
    "strings in UTF-8": "illegal object",
    "strings printable": "illegal object",
    "name of two octets a letter": "illegal object",
    "UTCTime": "illegal object",
    "certificates by themselves": "illegal object",
    "AlgorithmIdentifier": "illegal object",
    "the key's algorithm": "no such algorithm",
    "the curve": "no such algorithm",
    "unused bits": "non-octet aligned",
    "octets for bits": "illegal object",
    "r and s": "签名值不匹配",
    "r and s of a token": "签名值不匹配",
    "a set of signers": "unknown object",
    "extension": "印章不匹配",  # it writes the seal anew, with what DER leaves out, and then finds it another
    "extension without its tag": "印章不匹配",
    "no slash": "BadOFDException",  # from the folder of Signature.xml alone
    "backslashes": "BadOFDException",
    "another case": "BadOFDException",
    "gbk": "ErrorPathException",
    "detached": "签名值格式错误",  # GB/T 35275 clause 8: the content is optional
}


def dialects() -> dict[str, bytes]:
    found = {}
    for name, own in test_dialects.DIALECTS.items():
        plan = replace(office().plan, dialect=own)
        found[name] = pack(sealed_parts(replace(office().sealing(plan), dialect=own)))
    for name, write in test_dialects.LOCATIONS.items():
        found[name] = pack(test_dialects.relocated(write))
    for name, encoding in (("gbk", "gbk"), ("names in UTF-8", "utf-8")):
        found[name] = test_dialects.archived(test_dialects.with_attachment(), encoding)
    for archive in (test_dialects.streamed, test_dialects.large, test_dialects.with_folders):
        found[archive.__name__] = archive(test_seal.sealed(), zipfile.ZIP_DEFLATED)
    for name, kind in test_tamperings.KINDS.items():
        found[name if kind != test_tamperings.Kind(None) else "detached"] = pack(test_tamperings.first(name))
    return found


BY_CHANCE = {"unused bits"}
"""A value that ends in a one has none, and is written as everywhere."""


def test_dialects_that_ofdrw_reads_too(tmp_path: Path) -> None:
    """All pass here; what ofdrw does not read stands in the table, and a table that is out of date fails."""
    documents = dialects()
    assert all(verify(data).indication == "TOTAL_PASSED" for data in documents.values())
    said = dict(zip(documents, validated(tmp_path, list(documents.values())), strict=True))
    refused = {name: words for name, words in said.items() if words != "valid"}
    assert refused.keys() | BY_CHANCE == NOT_READ_BY_OFDRW.keys()
    assert all(NOT_READ_BY_OFDRW[name] in words for name, words in refused.items())


NOT_CHECKED_BY_OFDRW = frozenset(
    {
        "parts-protected",
        "signatures-listed",
        "seal-maker-signature",
        "seal-maker-certificate",
        "seal-maker-key-usage",
        "seal-signer-listed",
        "seal-valid-at-signing",
        "signer-valid-at-signing",
        "certificate-path",
        "digests-acceptable",
    }
)
"""What it takes no notice of; GB/T 38540 clauses 6 and 7 and GB/T 33190 clause 18 ask for it."""
NOT_NOTICED_BY_OFDRW = ("is in the archive twice", "leads out of the package", "is a signature that no list has")
"""Faults of packages that it unpacks to a disk and forgets."""


def tampered() -> Iterator[tuple[str, bytes]]:
    for name, (make, _, _) in test_seal.TAMPERED.items():
        made = make()
        yield name, made if isinstance(made, bytes) else pack(made)
    for kind, place, name in test_tamperings.package_cases():
        made = test_tamperings.tampered(kind, place, name)
        yield f"{name}, {kind}, {place}", made if isinstance(made, bytes) else pack(made)
    for version, name in test_tamperings.flawed():
        make = test_tamperings.FLAWS[name][0]
        yield f"{name}, V{version}", pack(test_tamperings.signed(make(test_tamperings.Kind(version))))


def test_what_ofdrw_refuses_does_not_pass(tmp_path: Path) -> None:
    """Every tampering fails here; where ofdrw finds a document valid, what fails is what it does not check."""
    documents = dict(tampered())
    for (name, data), said in zip(documents.items(), validated(tmp_path, list(documents.values())), strict=True):
        report = verify(data)
        assert report.indication != "TOTAL_PASSED", name
        if said == "valid":
            assert explained(report), (name, failed(report))


def explained(report: DocumentReport) -> bool:
    found = failed(report)
    return found.keys() - {"format-sound"} <= NOT_CHECKED_BY_OFDRW and (
        "format-sound" not in found or any(words in found["format-sound"] for words in NOT_NOTICED_BY_OFDRW)
    )


TOKENS = re.compile(rb'<[^>]*>|"[^"]*"|[^<>"]+')


def rearranged(markup: bytes, dice: random.Random) -> bytes:
    """Markup with something in it left out, doubled, moved or changed."""
    tokens = TOKENS.findall(markup)
    one, other = dice.randrange(len(tokens)), dice.randrange(len(tokens))
    match dice.randrange(5):
        case 0:
            tokens.insert(other, tokens[one])
        case 1:
            del tokens[one]
        case 2:
            tokens[one], tokens[other] = tokens[other], tokens[one]
        case 3:
            tokens[max(one, other) : max(one, other)] = tokens[min(one, other) : max(one, other)]
        case _:
            tokens[one] = mutated(tokens[one], dice)
    return b"".join(tokens)


def resealed(dice: random.Random) -> bytes:
    """A strange Signature.xml that was sealed so."""
    sealing, signature = office().sealing(), rearranged(signature_xml(PARTS), dice)
    own = {SIGNATURE: signature, SEAL: sealing.seal, VALUE: make_sealing(sealing, signature)}
    return pack({**PARTS, LIST: signature_list("1"), **own})


def entered(dice: random.Random) -> bytes:
    """A strange OFD.xml that was sealed so."""
    return pack(sealed_parts(office().sealing(), {**PARTS, "OFD.xml": rearranged(PARTS["OFD.xml"], dice)}))


def listed(dice: random.Random) -> bytes:
    """A list of signatures that somebody rearranged: these signatures leave it to later ones."""
    parts = dict(dice.choice(originals()))
    return pack({**parts, LIST: rearranged(parts[LIST], dice)})


def valued(dice: random.Random) -> bytes:
    """A strange sealing that was signed so."""
    sealing = office().sealing(replace(office().plan, version=dice.choice((1, 4, 5))))
    signature = signature_xml(PARTS)
    to_sign, *rest = (member.encoding for member in read_value(make_sealing(sealing, signature)).children())
    strange = reencoded(read_value(to_sign), dice)
    value = encode(SEQUENCE, strange, *rest[:-1], bits(sealing.signer.sign(strange)))
    seal = read_value(strange).children()[1:2]
    own = {SIGNATURE: signature, SEAL: seal[0].encoding if seal else sealing.seal, VALUE: value}
    return pack({**PARTS, LIST: signature_list("1"), **own})


def changed(dice: random.Random) -> bytes:
    """A part that somebody changed."""
    parts = dict(dice.choice(originals()))
    name = dice.choice(list(parts))
    return pack({**parts, name: mutated(parts[name], dice)})


def rezipped(dice: random.Random) -> bytes:
    """An archive that somebody changed."""
    return mutated(pack(dice.choice(originals())), dice)


def originals() -> list[Mapping[str, bytes]]:
    first = [test_tamperings.first(name) for name, kind in test_tamperings.KINDS.items() if kind != test_tamperings.Kind(None)]
    return [*first, test_tamperings.signed_again(test_tamperings.first("V4"))]


MUTATORS: tuple[Callable[[random.Random], bytes], ...] = (resealed, entered, listed, valued, changed, rezipped)


def mutants(dice: random.Random) -> Iterator[tuple[str, bytes]]:
    while True:
        mutate = dice.choice(MUTATORS)
        try:
            yield mutate.__name__, mutate(dice)
        except BerError:  # too strange to be signed
            continue


def test_mutants_that_ofdrw_refuses_do_not_pass(tmp_path: Path) -> None:
    """Of everything that it finds wrong, nothing passes here."""
    made = list(islice(mutants(random.Random("idbridge ofdrw")), COUNT))
    said = validated(tmp_path, [data for _, data in made])
    for (name, data), words in zip(made, said, strict=True):
        if words == "valid":
            continue
        try:
            report = verify(data)
        except DocumentRefused:
            continue
        assert report.indication != "TOTAL_PASSED", (name, words)
