"""JWS and JAdES as they are met: serializations, detached objects, timestamps, counter-signatures, bounds.

Headers that are made to mislead are tried in `tests/contracts/attacks/tokens.py`.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest

from idbridge import verify_document
from idbridge.signatures.contents import HashedContent, KnownContent
from idbridge.signatures.evidence import SignatureForm, TimestampKind
from idbridge.signatures.formats.jws import read
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.refusals import DocumentRefused, FormatRefusal, NotADocument, Refusal
from idbridge.signatures.report import DocumentReport
from tests.requirements import vectors
from tests.unit.signatures.forge import SIGNED_AT, Authority, token
from tests.unit.signatures.formats.jws.workshop import compact, component, flattened, header, url, written

AT = datetime(2025, 1, 1, tzinfo=UTC)
AUTHORITY = Authority()
SIGNER, STAMPER = AUTHORITY.issue("Signer"), AUTHORITY.issue("TSA", timestamping=True)
TEXT = b"the bid of the ferry company"


def report(data: bytes, detached: Any = None) -> DocumentReport:
    return verify_document(data, trust=None, at=AT, detached=detached)


def faults(data: bytes, detached: Any = None) -> set[str]:
    (signature,) = report(data, detached).signatures
    return {fault.code for fault in signature.evidence.signed.faults}


def integrity(data: bytes, detached: Any = None) -> str:
    (signature,) = report(data, detached).signatures
    return signature.integrity


def signed(**more: Any) -> dict[str, Any]:
    return flattened(SIGNER, url(TEXT), header(SIGNER, **more))


@pytest.mark.parametrize("write", [compact, written, lambda one: written({"payload": one["payload"], "signatures": [one]})])
def test_all_serializations_are_read(write: Any) -> None:
    (signature,) = report(write(signed())).signatures
    assert signature.integrity == "intact"
    assert (signature.evidence.form, signature.level) == (SignatureForm.JADES, "B-B")
    assert signature.evidence.attributes.signing_time == SIGNED_AT
    assert signature.evidence.scope[0].whole_document
    assert not signature.evidence.signed.faults


def test_trusted_signature_passes() -> None:
    root = AUTHORITY.root.der
    found = verify_document(written(signed()), trust=[root], at=AT, policy=None)
    (signature,) = found.signatures
    assert signature.signer is not None
    assert found.sub_indication != "FORMAT_FAILURE"


@pytest.mark.parametrize("member", ["payload", "protected", "signature"])
def test_change_breaks_it(member: str) -> None:
    one = signed()
    text = one[member]
    one[member] = text[:-4] + ("AAAA" if text[-4:] != "AAAA" else "BBBB")
    try:
        assert integrity(written(one)) != "intact"
    except DocumentRefused:
        assert member == "protected"


def test_detached_payload() -> None:
    one = flattened(SIGNER, None, header(SIGNER), signed=url(TEXT))
    assert integrity(compact(one), TEXT) == "intact"
    assert integrity(compact(one), b"another") == "broken"
    assert integrity(compact(one)) == "unknown"
    assert integrity(compact(one), HashedContent({"SHA-256": bytes(32)})) == "unknown"


def test_unencoded_payload() -> None:
    one = flattened(SIGNER, None, header(SIGNER, b64=False), signed=TEXT.decode())
    assert integrity(written(one), TEXT) == "intact"
    one["payload"] = TEXT.decode()
    assert integrity(written(one)) == "intact"
    one["payload"] = url(TEXT)
    assert integrity(written(one)) == "broken"


def test_large_detached_payload_is_verified_by_its_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idbridge.signatures.formats.jws.payload.WHOLE_LIMIT", 10)
    one = flattened(SIGNER, None, header(SIGNER), signed=url(TEXT * 100))
    pieces = KnownContent.of(TEXT * 30, TEXT * 69 + TEXT[:1], TEXT[1:])
    assert integrity(compact(one), pieces) == "intact"
    assert integrity(compact(one), TEXT * 101) == "broken"


def test_other_content_beside_an_embedded_payload_is_a_fault() -> None:
    assert "detached-content-differs" in faults(written(signed()), b"another")
    assert "detached-content-differs" not in faults(written(signed()), TEXT)


def referring(mechanism: str, names: list[str], payload: str, **more: Any) -> bytes:
    stated = {"mId": f"http://uri.etsi.org/19182/{mechanism}", "pars": names, **more}
    return compact(flattened(SIGNER, None, header(SIGNER, sigD=stated), signed=payload))


def digest_of(octets: bytes) -> str:
    return url(KnownContent.of(octets).digest("SHA-256") or b"")


@pytest.mark.parametrize("digested", [TEXT, url(TEXT).encode()], ids=["plain", "base64url"])
def test_objects_by_hash(digested: bytes) -> None:
    data = referring("ObjectIdByURIHash", ["a.txt"], "", hashM="S256", hashV=[digest_of(digested)])
    assert integrity(data, {"a.txt": TEXT}) == "intact"
    assert integrity(data, {"a.txt": b"another"}) == "broken"
    assert integrity(data) == "unknown"
    (signature,) = report(data, {"a.txt": TEXT, "b.txt": b""}).signatures
    assert [(s.name, s.whole_document, s.not_covered) for s in signature.evidence.scope] == [("a.txt", False, ("b.txt",))]


def test_hash_without_its_object_counts_as_absent() -> None:
    data = referring("ObjectIdByURIHash", ["a.txt", "b.txt"], "", hashM="S256", hashV=[digest_of(TEXT)])
    assert "sig-d-malformed" in faults(data, {"a.txt": TEXT, "b.txt": b""})
    assert integrity(data, {"a.txt": TEXT, "b.txt": b""}) == "broken"


def test_objects_by_uri() -> None:
    data = referring("ObjectIdByURI", ["x/a.txt", "b.txt"], url(TEXT + b"second"))
    assert integrity(data, {"a.txt": TEXT, "b.txt": b"second"}) == "intact"
    assert integrity(data, {"a.txt": b"second", "b.txt": TEXT}) == "broken"
    assert integrity(data, {"a.txt": TEXT}) == "unknown"


def test_objects_one_after_the_other_have_no_boundaries() -> None:
    """What is signed is all of them joined: an octet may move from one to the next, and that is said."""
    data = referring("ObjectIdByURI", ["a.txt", "b.txt"], url(b"Pay 100 to Bob"))
    for first, second in ((b"Pay 100", b" to Bob"), (b"Pay 1", b"00 to Bob")):
        given = {"a.txt": first, "b.txt": second}
        assert integrity(data, given) == "intact"
        assert "sig-d-boundaries" in faults(data, given)
    assert "sig-d-boundaries" not in faults(referring("ObjectIdByURI", ["a.txt"], url(TEXT)), TEXT)


def test_names_of_objects_are_not_confused() -> None:
    """The whole name goes before its last step, however it is escaped; one file does not stand for two."""
    digests = [digest_of(TEXT), digest_of(b"second")]
    data = referring("ObjectIdByURIHash", ["x/a.txt", "y/%61.txt"], "", hashM="S256", hashV=digests)
    assert integrity(data, {"y/a.txt": b"second", "x/a.txt": TEXT}) == "intact"
    assert integrity(data, {"y/a.txt": TEXT, "x/a.txt": b"second"}) == "broken"
    assert integrity(data, {"a.txt": TEXT}) == "broken"
    twice = referring("ObjectIdByURIHash", ["a.txt", "a.txt"], "", hashM="S256", hashV=[digests[0]] * 2)
    (signature,) = report(twice, {"a.txt": TEXT, "b.txt": b"second"}).signatures
    assert not any(scope.whole_document for scope in signature.evidence.scope)


def test_http_headers_are_named_as_unsupported() -> None:
    data = referring("HttpHeaders", ["(request-target)"], "")
    assert "sig-d-http-headers" in faults(data, TEXT)
    assert integrity(data, TEXT) == "unknown"


def test_unknown_mechanism_and_nothing_referred_to() -> None:
    assert "sig-d-unknown" in faults(referring("Unheard", ["a"], ""), TEXT)
    assert "sig-d-malformed" in faults(referring("ObjectIdByURI", [], ""), TEXT)


def test_detached_file_of_the_vectors() -> None:
    """What sample.json was: other files of the same suite sign it embedded."""
    data = vectors("dss", "jades", "simple-detached.json").read_bytes()
    assert integrity(data, {"sample.json": b'{ "title": "Hello World!" }'}) == "intact"


def stamped(*, clear: bool = False) -> dict[str, Any]:
    one = signed()
    held = {"tstTokens": [{"val": base64.b64encode(token(STAMPER, one["signature"].encode(), SIGNED_AT)).decode()}]}
    one["header"] = {"etsiU": [{"sigTst": held} if clear else component("sigTst", held)]}
    return one


@pytest.mark.parametrize("clear", [False, True])
def test_signature_timestamp(clear: bool) -> None:
    found = report(written(stamped(clear=clear)))
    (stamp,) = found.timestamps
    assert (stamp.evidence.kind, stamp.evidence.imprint.intact) == (TimestampKind.SIGNATURE, True)
    assert found.signatures[0].level == "B-T"
    assert stamp.evidence.covers.signatures == {found.signatures[0].evidence.id}


@pytest.mark.parametrize("algorithm", ["http://json-canonicalization.org/algorithm", None])
@pytest.mark.parametrize("clear", [False, True])
def test_archive_timestamp(clear: bool, algorithm: str | None) -> None:
    one = stamped(clear=clear)
    (first,) = one["header"]["etsiU"]
    octets = json.dumps(first, separators=(",", ":")) if clear else first
    message = f"{one['payload']}.{one['protected']}.{one['signature']}.{octets}"
    held: dict[str, Any] = {"tstTokens": [{"val": base64.b64encode(token(STAMPER, message.encode(), SIGNED_AT)).decode()}]}
    if algorithm:
        held["canonAlg"] = algorithm
    one["header"]["etsiU"].append({"arcTst": held} if clear else component("arcTst", held))
    first_stamp, archive = report(written(one)).timestamps
    assert archive.evidence.imprint.intact
    assert archive.evidence.covers.timestamps == {first_stamp.evidence.id}
    assert archive.evidence.covers.content
    one["header"]["etsiU"].insert(0, component("rVals", {}) if not clear else {"rVals": {}})
    assert not report(written(one)).timestamps[-1].evidence.imprint.intact


def test_content_timestamp() -> None:
    held = {"tstTokens": [{"val": base64.b64encode(token(STAMPER, url(TEXT).encode(), SIGNED_AT)).decode()}]}
    (stamp,) = report(written(signed(adoTst=held))).timestamps
    assert (stamp.evidence.kind, stamp.evidence.imprint.intact) == (TimestampKind.CONTENT, True)


@pytest.mark.parametrize("over", ["value", "other"])
def test_counter_signature(over: str) -> None:
    one = signed()
    payload = one["signature"] if over == "value" else url(b"other")
    other = AUTHORITY.issue("Witness")
    counter = flattened(other, payload, header(other))
    one["header"] = {"etsiU": [component("cSig", counter if over == "value" else compact(counter).decode())]}
    first, second = report(written(one)).signatures
    assert (first.integrity, second.evidence.parent) == ("intact", first.evidence.id)
    codes = {fault.code for fault in second.evidence.signed.faults}
    assert ("counter-signature-of-another" in codes) == (over == "other")
    assert (second.integrity == "intact") == (over == "value")


def test_values_and_assertions_are_read() -> None:
    crl = base64.b64encode(AUTHORITY.crl(AT)).decode()
    root = base64.b64encode(AUTHORITY.root.der).decode()
    one = signed(
        sigPl={"addressCountry": "HK", "addressLocality": "Sai Kung"},
        srCms=[{"commId": {"id": "http://uri.etsi.org/01903/v1.2.2#ProofOfOrigin"}}],
        srAts={"claimed": [{"mediaType": "text/plain", "encoding": "utf-8", "qVals": ["director"]}]},
        sigPId={"id": {"id": "urn:oid:1.2.3"}, "digAlg": "S256", "digVal": digest_of(b"rules")},
    )
    store = component("sigPSt", {"sigPolDoc": base64.b64encode(b"rules").decode()})
    values = [component("xVals", [{"x509Cert": {"val": root}}]), component("rVals", {"crlVals": [{"val": crl}]}), store]
    one["header"] = {"etsiU": values}
    (signature,) = read(written(one)).signatures
    attributes = signature.attributes
    assert attributes.location == ("HK", "Sai Kung")
    assert attributes.commitments == ("http://uri.etsi.org/01903/v1.2.2#ProofOfOrigin",)
    assert attributes.claimed_roles == ("director",)
    assert attributes.policy is not None
    assert attributes.policy.reference is not None
    assert attributes.policy.reference.intact
    assert {found.where for found in signature.signed.certificates} == {"x5c", "certificate-values"}
    assert [found.where for found in signature.signed.revocations] == ["revocation-values"]


def test_key_in_the_header() -> None:
    key = jwt.algorithms.ECAlgorithm.to_jwk(SIGNER.key.public_key(), as_dict=True)  # type: ignore[arg-type]
    stated = {"alg": "ES256", "jwk": key}
    assert integrity(written(flattened(SIGNER, url(TEXT), stated))) == "intact"
    assert integrity(written(flattened(AUTHORITY.issue("Other"), url(TEXT), stated))) == "broken"


@pytest.mark.parametrize(
    "data",
    [b"{}", b"[]", b"{", b'{"signature": 1, "signature": 2}', b"a.b", b"....", b"!.b.c", b'{"signatures": []}', b"\xff{"],
    ids=repr,
)
def test_no_jws(data: bytes) -> None:
    with pytest.raises(NotADocument):
        read(data)


@pytest.mark.parametrize(
    ("data", "limits", "code"),
    [
        (b'{"signature":"' + b"A" * 100 + b'"}', Limits(json_size=50), Refusal.TOO_LARGE),
        (b'{"signature":[' + b"1," * 100 + b"1]}", Limits(json_values=50), Refusal.TOO_MANY_ENTRIES),
        (b'{"signatures":[{},{},{}]}', Limits(signatures=2), Refusal.TOO_MANY_SIGNATURES),
        (b'{"signature":' + b"[" * 150_000, Limits(), Refusal.TOO_DEEP),
    ],
    ids=["size", "values", "signatures", "depth"],
)
def test_limits(data: bytes, limits: Limits, code: Refusal) -> None:
    with pytest.raises(FormatRefusal) as refused:
        read(data, limits=limits)
    assert refused.value.code is code
