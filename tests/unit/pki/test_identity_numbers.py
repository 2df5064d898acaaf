"""Identity numbers by the project's table, on certificates that say them in every way seen."""

import tomllib

import pytest
from asn1crypto.x509 import Certificate as Parsed
from hypothesis import given
from hypothesis import strategies as st

from idbridge.pki.certificate import Certificate
from idbridge.pki.identity_numbers import ExtractorFault, extractors_from_table, identity_numbers
from idbridge.pki.issuing import certificates as issuing
from idbridge.pki.issuing.subjects import IdentityNumber, alternative_name, name_from_table
from tests.requirements import CHECKOUT
from tests.unit.pki.issuing.simple import VALIDITY, authority, profile
from tests.unit.pki.issuing.simple import order as simple_order

TABLE = extractors_from_table(tomllib.loads((CHECKOUT / "certs" / "extractors.toml").read_text(encoding="utf-8")))
SM2_CA = {"C": "CN", "O": "粤演示电子认证", "CN": "粤演示 SM2 CA"}
RSA_CA = {"C": "CN", "O": "粤演示电子认证", "CN": "粤演示 RSA CA"}
OTHER_CA = {"C": "CN", "O": "某电子认证", "CN": "某 CA"}
POST = {"C": "HK", "O": "Demonstration Post", "CN": "e-Cert CA"}
MACAO = {"C": "MO", "O": "Demonstration Sign Trust", "CN": "Qualified CA"}
RESIDENT = "11010519491231002X"
USCC = "91440101MA5D3M012C"


def certificate(issuer, *, subject=None, extensions=(), names=()):
    """A certificate of the CA called *issuer*, with raw *extensions*: OID to bytes."""
    signer = authority("sm2").signer
    who = issuing.Issuer(name_from_table(issuer), bytes(20), signer)
    numbers = tuple(IdentityNumber(oid, "placeholder") for oid, _ in extensions)
    wanted = issuing.Order(
        name_from_table({"C": "CN", "CN": "x", **(subject or {})}),
        simple_order("sm2").public_key_info,
        alternative_names=tuple(map(alternative_name, names)),
        identity_numbers=numbers,
    )
    der = issuing.issue(profile("person"), wanted, who, serial=5, validity=VALIDITY)
    return Certificate.from_der(_with_extensions(der, dict(extensions)))


def _with_extensions(der, extensions):
    """Put raw values into the extensions: nothing here checks signatures."""
    parsed = Parsed.load(der)
    for extension in parsed["tbs_certificate"]["extensions"]:
        if extension["extn_id"].dotted in extensions:
            extension["extn_value"] = extensions[extension["extn_id"].dotted]
    return parsed.dump(force=True)


def found(issuer, **arguments):
    return [(number.type, number.value) for number in identity_numbers(certificate(issuer, **arguments), TABLE)]


def printable(text, tag=0x13):
    return bytes((tag, len(text))) + text.encode()


WRITTEN = {
    "PrintableString": printable(RESIDENT),
    "UTF8String": printable(RESIDENT, 0x0C),
    "IA5String": printable(RESIDENT, 0x16),
    "OCTET STRING": printable(RESIDENT, 0x04),
    "implicit [0]": printable(RESIDENT, 0x80),
    "explicit [0]": bytes((0xA0, 20)) + printable(RESIDENT),
    "within SET": bytes((0x31, 20)) + printable(RESIDENT),
    "within SEQUENCE and [0]": bytes((0x30, 22, 0xA0, 20)) + printable(RESIDENT),
    "no tag": RESIDENT.encode(),
    "BMPString": bytes((0x1E, 36)) + RESIDENT.encode("utf-16-be"),
    "long form of length": bytes((0x13, 0x81, 18)) + RESIDENT.encode(),
}


@pytest.mark.parametrize("value", WRITTEN.values(), ids=WRITTEN.keys())
def test_every_way_of_writing(value):
    assert found(SM2_CA, extensions=[("1.2.156.10260.4.1.1", value)]) == [("CN-RESIDENT-ID", RESIDENT)]


def test_swapped_meanings_by_ca():
    for oid, ca, expected in [
        ("1.2.156.10260.4.1.4", SM2_CA, [("USCC", USCC)]),
        ("1.2.156.10260.4.1.3", SM2_CA, []),
        ("1.2.156.10260.4.1.3", RSA_CA, [("USCC", USCC)]),
        ("1.2.156.10260.4.1.4", RSA_CA, []),
        ("1.2.156.10260.4.1.3", OTHER_CA, [("USCC", USCC)]),
        ("1.2.156.10260.4.1.4", OTHER_CA, [("USCC", USCC)]),
    ]:
        assert found(ca, extensions=[(oid, printable(USCC))]) == expected


@pytest.mark.parametrize("text", [RESIDENT, f"SF{RESIDENT}", f"{RESIDENT}N", f"SF{RESIDENT}N"])
def test_decoration_of_unknown_cas(text):
    certified = certificate(OTHER_CA, extensions=[("1.2.86.11.7.1", printable(text))])
    [number] = identity_numbers(certified, TABLE)
    assert (number.value, number.confirmed, number.authority) == (RESIDENT, False, "GB/T 20518")
    assert RESIDENT not in repr(number)


def test_hong_kong_has_the_hash_only():
    digest = "txWa5u4ttqp1hx+Q9gS6H8vC/G/qSzagXUcWnFCHJ2E="
    name = f"other:2.25.209418468690324040839483063307340586841.8.1:{digest}"
    [number] = identity_numbers(certificate(POST, names=[name, "other:1.2.3:C6686689"]), TABLE)
    assert (number.type, number.value, number.hashed) == ("HKID", digest, "SHA-256")


def test_subject_attributes():
    assert found(POST, subject={"OU": ["Sales", "BRN 12345678"]}) == [("HK-BRN", "12345678")]
    assert found(MACAO, subject={"serialNumber": "IDCMO-51234567"}) == [("MO-BIR", "51234567")]
    assert found(MACAO, subject={"serialNumber": "IDCHK-51234567"}) == []


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\x13",
        b"\x13\x80",
        b"\x02\x01\x05",
        printable(RESIDENT) + b"\x00",
        printable("x" * 120),
        b"\xff" * 20,
        bytes((48, 24, 48, 22, 160, 20)) + printable("1" * 18)[:1] + b"\x12" + b"\xff" * 18,
    ],
)
def test_other_values_give_nothing(value):
    assert found(SM2_CA, extensions=[("1.2.156.10260.4.1.1", value)]) == []


@given(st.binary(max_size=80))
def test_any_bytes_give_a_number_or_nothing(value):
    numbers = found(OTHER_CA, extensions=[("1.2.156.10260.4.1.1", value)])
    assert all(kind == "CN-RESIDENT-ID" and len(number) == 18 for kind, number in numbers)


def test_certificates_of_nobody_known():
    assert found({"C": "DE", "CN": "x"}, extensions=[("1.2.156.10260.4.1.1", printable(RESIDENT))]) == []


NUMBER = {"type": "USCC", "from": "subject", "oid": "2.5.4.5", "pattern": "."}
GOOD = {"name": "a", "issuer": {}, "confirmed": True, "number": [NUMBER]}


@pytest.mark.parametrize(
    "table",
    [{}, {"authority": 5}, {"authority": [{**GOOD, "issuer": 5}]}, {"authority": [{"name": "a"}]}]
    + [{"authority": [{**GOOD, "number": [{**NUMBER, **wrong}]}]} for wrong in ({"from": "dream"}, {"pattern": "("})]
    + [{"authority": [{**GOOD, "number": [{"type": "x"}]}]}],
)
def test_faulty_tables(table):
    with pytest.raises(ExtractorFault) as caught:
        extractors_from_table(table)
    assert caught.value.code == "bad-extractor-table"
