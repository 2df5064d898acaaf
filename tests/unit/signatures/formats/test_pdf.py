"""PDF signatures: what is signed, what was changed since, and every attack that we know how to write."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest

from idbridge import verify_document
from idbridge.signatures.evidence import SignatureForm, TimestampKind
from idbridge.signatures.formats.pdf import read, signed_revisions
from idbridge.signatures.formats.pdf.signatures import read_date
from idbridge.signatures.gathering import ValidationData
from idbridge.signatures.refusals import DocumentRefused, Refusal
from idbridge.signatures.report import DocumentReport, SignatureReport
from tests.unit.signatures.forge import Authority
from tests.unit.signatures.formats import pdf_forge as forge
from tests.unit.signatures.formats.pdf_forge import CATALOGUE, CONTENTS, FONT, FORM, NOTE, PAGE, PAGES, TEXT, VALUE, WIDGET

NOW = datetime(2024, 7, 1, tzinfo=UTC)
AUTHORITY = Authority()
ALICE, BOB, TSA = AUTHORITY.issue("Alice"), AUTHORITY.issue("Bob"), AUTHORITY.issue("TSA", timestamping=True)
SIGNED = forge.signed(ALICE)
TRUST = [AUTHORITY.root.der]


EVIDENCE = ValidationData(crls=(AUTHORITY.crl(NOW - timedelta(days=1)),))


def report(data: bytes) -> DocumentReport:
    return verify_document(data, trust=TRUST, at=NOW, evidence=EVIDENCE)


def only(data: bytes) -> SignatureReport:
    (signature,) = report(data).signatures
    return signature


def whole(signature: SignatureReport) -> bool:
    return any(scope.whole_document for scope in signature.evidence.scope)


def untouched(data: bytes) -> bool:
    """Passed, and nothing was changed since: what no attack may come to."""
    result = report(data)
    return result.indication == "TOTAL_PASSED" and all(map(whole, result.signatures))


def codes(signature: SignatureReport) -> set[str]:
    return {fault.code for fault in signature.evidence.signed.faults}


def test_an_untouched_signature_covers_the_whole_document() -> None:
    signature = only(SIGNED)
    assert untouched(SIGNED)
    assert (signature.integrity, whole(signature), codes(signature)) == ("intact", True, set())
    assert signature.evidence.form is SignatureForm.PADES
    assert signature.evidence.attributes.signing_time == forge.AT


def test_it_passes_by_the_validation_data_in_it() -> None:
    data = forge.security_store(SIGNED, [], [AUTHORITY.crl(NOW - timedelta(days=1))])
    result = verify_document(data, trust=TRUST, at=NOW)
    assert result.indication == "TOTAL_PASSED"


def test_an_altered_octet_breaks_it() -> None:
    assert only(SIGNED.replace(b"Pay 100", b"Pay 900")).integrity == "broken"


# --- what may follow


def test_validation_data_metadata_and_timestamps_change_nothing() -> None:
    data = forge.document_timestamp(forge.security_store(SIGNED, [ALICE.der], [AUTHORITY.crl(NOW)]), TSA)
    result = report(data)
    (signature,) = result.signatures
    assert (signature.integrity, whole(signature), signature.level) == ("intact", True, "LTV")
    data = forge.security_store(forge.document_timestamp(SIGNED, TSA), [ALICE.der], [AUTHORITY.crl(NOW)])
    (signature,) = report(data).signatures
    assert (whole(signature), signature.level) == (True, "BES")


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_certified_document_may_get_a_timestamp(level: int) -> None:
    data = forge.document_timestamp(forge.signed(ALICE, level=level), TSA)
    assert "mdp-violated" not in codes(report(data).signatures[0])


@pytest.mark.parametrize(("level", "violated"), [(None, False), (1, True), (2, False), (3, False)])
def test_filling_in_is_permitted_from_level_2(level: int | None, violated: bool) -> None:
    filled = forge.base()[TEXT].replace(b"(100)", b"(900)")
    signature = only(forge.update(forge.signed(ALICE, level=level), {TEXT: filled}))
    assert ("mdp-violated" in codes(signature)) is violated
    assert not whole(signature)


@pytest.mark.parametrize(("level", "violated"), [(None, False), (1, True), (2, True), (3, False)])
def test_annotations_are_permitted_from_level_3(level: int | None, violated: bool) -> None:
    page = forge.signature_objects()[PAGE].replace(b"/Annots [", b"/Annots [30 0 R ")
    note = b"<< /Type /Annot /Subtype /FreeText /Rect [72 690 300 730] /Contents (Pay 900) >>"
    signature = only(forge.update(forge.signed(ALICE, level=level), {PAGE: page, 30: note}))
    assert ("mdp-violated" in codes(signature)) is violated
    assert not whole(signature)


@pytest.mark.parametrize(
    ("lock", "violated"),
    [
        (b"/Lock << /Type /SigFieldLock /Action /All >>", True),
        (b"/Lock << /Type /SigFieldLock /Action /Include /Fields [(amount)] >>", True),
        (b"/Lock << /Type /SigFieldLock /Action /Include /Fields [(other)] >>", False),
        (b"/Lock << /Type /SigFieldLock /Action /Exclude /Fields [(amount)] >>", False),
        (b"/Lock << /Type /SigFieldLock /Action /Exclude /Fields [(other)] >>", True),
        (b"/Lock << /Type /SigFieldLock /Action /Unheard >>", True),
    ],
)
def test_locked_fields(lock: bytes, violated: bool) -> None:
    filled = forge.base()[TEXT].replace(b"(100)", b"(900)")
    signature = only(forge.update(forge.signed(ALICE, lock=lock), {TEXT: filled}))
    assert ("field-lock-violated" in codes(signature)) is violated


def second(data: bytes, *, rect: bytes = b"0 0 0 0", extra: bytes = b"", objects: dict[int, bytes] | None = None) -> bytes:
    fields = forge.signature_objects(20, 21, rect=rect, extra=extra)
    fields[FORM] = b"<< /Fields [10 0 R 6 0 R 20 0 R] /SigFlags 3 >>"
    fields[PAGE] = forge.base()[PAGE].replace(b"10 0 R]", b"10 0 R 6 0 R 20 0 R]")
    return forge.sign(data, BOB, objects={**fields, **(objects or {})}, number=21)


def test_a_second_signature_that_draws_nothing_changes_nothing() -> None:
    first, later = report(second(SIGNED)).signatures
    assert (first.integrity, whole(first), later.integrity, whole(later)) == ("intact", True, "intact", True)


def test_a_second_signature_that_draws_over_the_page_is_told() -> None:
    overlay = forge.stream(b"1 g 0 0 300 60 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 300 60]")
    first, _ = report(second(SIGNED, rect=b"60 680 360 740", extra=b"/AP << /N 22 0 R >>", objects={22: overlay})).signatures
    assert not whole(first)
    assert "extended-after-signing" in codes(first)


# --- attacks: what nothing permits

NEW_PAGES = b"<< /Type /Pages /Kids [3 0 R 31 0 R] /Count 2 >>"
NEW_PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 32 0 R >>"
WITH_FIELD = forge.signature_objects()
OVERLAY = b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (fake) /V (Pay 900) /Rect [72 690 300 730] /P 3 0 R >>"
DRAWN = WITH_FIELD[WIDGET].replace(b"/Rect [0 0 0 0]", b"/Rect [72 690 300 730]").replace(b"/P 3", b"/AP << /N 30 0 R >> /P 3")

ATTACKS: dict[str, dict[int, bytes]] = {
    "contents replaced": {CONTENTS: forge.text(b"Pay 900 to Eve")},
    "contents redirected": {PAGE: WITH_FIELD[PAGE].replace(b"/Contents 4 0 R", b"/Contents 30 0 R"), 30: forge.text(b"x")},
    "contents appended": {
        PAGE: WITH_FIELD[PAGE].replace(b"/Contents 4 0 R", b"/Contents [4 0 R 30 0 R]"),
        30: forge.text(b"x"),
    },
    "contents emptied": {CONTENTS: b"null"},
    "font replaced": {FONT: b"<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>"},
    "resources replaced": {
        PAGE: WITH_FIELD[PAGE].replace(b"/F1 8 0 R", b"/F1 30 0 R"),
        30: b"<< /Type /Font /Subtype /Type3 >>",
    },
    "page cropped": {PAGE: WITH_FIELD[PAGE].replace(b"[0 0 595 842]", b"[0 0 595 400]")},
    "box inherited": {PAGES: b"<< /Type /Pages /Kids [3 0 R] /Count 1 /Rotate 90 >>"},
    "page added": {PAGES: NEW_PAGES, 31: NEW_PAGE, 32: forge.text(b"And 900 more")},
    "page replaced": {PAGES: NEW_PAGES.replace(b"3 0 R ", b""), 31: NEW_PAGE, 32: forge.text(b"Pay 900")},
    "pages removed": {PAGES: b"<< /Type /Pages /Kids [] /Count 0 >>"},
    "page tree replaced": {CATALOGUE: forge.base()[CATALOGUE].replace(b"2 0 R", b"33 0 R"), 33: NEW_PAGES, 31: NEW_PAGE},
    "layers": {CATALOGUE: forge.base()[CATALOGUE].replace(b" >>", b" /OCProperties << /OCGs [] /D << >> >> >>")},
    "action on opening": {CATALOGUE: forge.base()[CATALOGUE].replace(b" >>", b" /OpenAction << /S /JavaScript /JS (x) >> >>")},
    "signature removed": {FORM: forge.base()[FORM], PAGE: forge.base()[PAGE], WIDGET: b"null"},
    "signature emptied": {WIDGET: re.sub(rb"/V \d+ 0 R", b"", WITH_FIELD[WIDGET])},
    "form removed": {CATALOGUE: b"<< /Type /Catalog /Pages 2 0 R >>"},
    "signature deleted": {VALUE: b"null"},
    "reason replaced": {
        VALUE: SIGNED[SIGNED.index(b"7 0 obj") + 8 : SIGNED.rindex(b"endobj")].replace(b"/M (", b"/Reason (Other) /M (")
    },
    "appearance spoofed": {WIDGET: DRAWN, 30: forge.stream(b"1 g", b"/Subtype /Form /BBox [0 0 1 1]")},
    "signature moved": {WIDGET: WITH_FIELD[WIDGET].replace(b"/Rect [0 0 0 0]", b"/Rect [72 690 300 730]")},
    "field overlaid": {
        FORM: b"<< /Fields [10 0 R 6 0 R 30 0 R] /SigFlags 3 >>",
        PAGE: WITH_FIELD[PAGE].replace(b"6 0 R]", b"6 0 R 30 0 R]"),
        30: OVERLAY,
    },
    "field moved": {TEXT: forge.base()[TEXT].replace(b"[72 600", b"[72 690")},
    "field removed": {FORM: b"<< /Fields [6 0 R] /SigFlags 3 >>"},
    "field renamed": {TEXT: forge.base()[TEXT].replace(b"(amount)", b"(total)")},
    "form with XFA": {FORM: WITH_FIELD[FORM].replace(b" >>", b" /XFA (x) >>")},
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_attack_is_neither_untouched_nor_passed(attack: str) -> None:
    data = forge.update(SIGNED, ATTACKS[attack])
    result = report(data)
    (signature,) = result.signatures
    assert not whole(signature), attack
    assert "changed-after-signing" in codes(signature), attack
    assert result.indication == "TOTAL_FAILED"
    assert signature.integrity == "intact"  # the signature is over what was signed: that is what makes the attack one


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("level", [1, 3])
def test_attack_violates_a_certification(attack: str, level: int) -> None:
    certified = {
        number: value.replace(b"/AcroForm 5 0 R", b"/AcroForm 5 0 R /Perms << /DocMDP 7 0 R >>")
        for number, value in ATTACKS[attack].items()
    }
    assert "mdp-violated" in codes(report(forge.update(forge.signed(ALICE, level=level), certified)).signatures[-1])


@pytest.mark.parametrize(
    "change",
    [
        {NOTE: forge.base()[NOTE].replace(b"A note", b"Pay 900")},
        {PAGE: WITH_FIELD[PAGE].replace(b"9 0 R ", b"")},
        {PAGE: WITH_FIELD[PAGE].replace(b"9 0 R 10 0 R", b"10 0 R 9 0 R")},
    ],
)
def test_annotations_altered_removed_and_reordered_are_told(change: dict[int, bytes]) -> None:
    signature = only(forge.update(SIGNED, change))
    assert not whole(signature)
    assert "extended-after-signing" in codes(signature)


# --- shadow attacks: prepared before signing


def prepared() -> bytes:
    """Signed with a second catalogue, page and contents already inside, shown by nobody."""
    hidden = {
        50: b"<< /Type /Catalog /Pages 51 0 R /AcroForm 5 0 R >>",
        51: b"<< /Type /Pages /Kids [52 0 R] /Count 1 >>",
        52: forge.signature_objects()[PAGE].replace(b"4 0 R", b"53 0 R").replace(b"/Parent 2", b"/Parent 51"),
        53: forge.text(b"Pay 900 to Eve"),
    }
    return forge.sign(b"", ALICE, objects={**forge.base(), **forge.signature_objects(), **hidden}, first=True)


def shadow_root(data: bytes) -> bytes:
    return forge.update(data, {60: b"null"}, root=50)


def shadow_references(data: bytes) -> bytes:
    """Hide and replace: no object is written, the cross-references lead number 4 to where number 53 stands."""
    previous = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    place, table = data.index(b"53 0 obj"), len(data)
    section = b"xref\n0 1\n0000000000 65535 f \n4 1\n%010d 00000 n \ntrailer\n<< /Size 100 /Root 1 0 R /Prev %d >>\n"
    return data + section % (place, previous) + b"startxref\n%d\n%%%%EOF\n" % table


def shadow_deletion(data: bytes) -> bytes:
    """Hide: an object that lay over the rest is freed."""
    previous = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    section = b"xref\n0 1\n0000000004 65535 f \n4 1\n0000000000 00001 f \ntrailer\n<< /Size 100 /Root 1 0 R /Prev %d >>\n"
    return data + section % previous + b"startxref\n%d\n%%%%EOF\n" % len(data)


def shadow_hybrid(data: bytes) -> bytes:
    previous = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    section = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 100 /Root 1 0 R /Prev %d /XRefStm %d >>\n"
    return data + section % (previous, previous) + b"startxref\n%d\n%%%%EOF\n" % len(data)


@pytest.mark.parametrize("attack", [shadow_root, shadow_references, shadow_deletion, shadow_hybrid])
def test_shadow_attacks_are_seen(attack) -> None:
    assert untouched(prepared())
    signatures = report(attack(prepared())).signatures
    assert signatures
    assert not any(map(whole, signatures))
    assert all(signature.indication == "TOTAL_FAILED" for signature in signatures)


def test_broken_cross_references_never_count_as_whole() -> None:
    data = SIGNED + b"startxref\n7\n%%EOF\n"
    result = report(data)
    assert "pdf-repaired" in {fault.code for fault in result.faults}
    assert not any(map(whole, result.signatures))


def test_an_annotation_cannot_vanish_by_becoming_a_signature_field() -> None:
    note = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Note) /V 40 0 R /Rect [0 0 0 0] /P 3 0 R >>"
    form = b"<< /Fields [10 0 R 6 0 R 9 0 R] /SigFlags 3 >>"
    first = report(forge.sign(SIGNED, BOB, objects={NOTE: note, FORM: form}, number=40)).signatures[0]
    assert not whole(first)


def test_a_field_that_was_on_no_page_cannot_come_onto_one() -> None:
    hidden = {
        **forge.base(),
        **forge.signature_objects(),
        FORM: b"<< /Fields [10 0 R 6 0 R 30 0 R] /SigFlags 3 >>",
        30: OVERLAY,
    }
    data = forge.sign(b"", ALICE, objects=hidden, first=True)
    shown = forge.update(data, {PAGE: WITH_FIELD[PAGE].replace(b"6 0 R]", b"6 0 R 30 0 R]")})
    assert whole(only(data))
    assert not whole(only(shown))


def test_a_field_that_is_no_object_of_its_own_is_compared() -> None:
    form = b"<< /Fields [10 0 R 6 0 R << /FT /Tx /T (inside) /V (100) >>] /SigFlags 3 >>"
    data = forge.sign(b"", ALICE, objects={**forge.base(), **forge.signature_objects(), FORM: form}, first=True)
    assert not whole(only(forge.update(data, {FORM: form.replace(b"(100)", b"(900)")})))


# --- byte ranges


def ranged(data: bytes, change) -> bytes:
    """Rewrite the range that is stated, at the same length."""
    found = re.search(rb"/ByteRange \[([^\]]*)\]", data)
    assert found
    numbers = [int(number) for number in found[1].split()]
    written = b" ".join(b"%d" % number for number in change(numbers)).ljust(40)
    return data[: found.start(1)] + written + data[found.end(1) :]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda r: [5, r[1] - 5, r[2], r[3]], "byte-range-start"),
        (lambda r: [r[0], r[1], r[2], r[3] - 40], "byte-range-not-to-end"),
        (lambda r: [r[0], r[1], r[2], 0], "byte-range-not-to-end"),
        (lambda r: [r[0], r[1] - 30, r[2], r[3]], "byte-range-gap"),
        (lambda r: [r[0], r[1], r[2] + 3, r[3] - 3], "byte-range-gap"),
        (lambda r: [r[0], r[1] + 1, r[2], r[3]], "byte-range-gap"),
        (lambda r: [r[0], r[1], r[1] - 50, r[3]], "byte-range-overlaps"),
        (lambda r: [r[0], r[1], r[2], r[3] + 10**9], "byte-range-out-of-file"),
        (lambda r: [r[0], 10**11, r[2], r[3]], None),
        (lambda r: [r[0], r[1], -1, r[3]], "byte-range-negative"),
        (lambda r: r[:3], "byte-range-malformed"),
        (lambda r: [*r, 0, 1], "byte-range-malformed"),
        (lambda r: [], "byte-range-malformed"),
    ],
)
def test_ranges_that_leave_something_out_are_faults(change, code: str | None) -> None:
    signature = only(ranged(SIGNED, change))
    assert not whole(signature)
    assert signature.indication == "TOTAL_FAILED"
    assert code is None or code in codes(signature)


def test_what_follows_the_revision_without_being_one_is_seen() -> None:
    signature = only(SIGNED + b"% a tail that nobody signed\n")
    assert not whole(signature)


def test_white_space_at_the_end_is_nothing() -> None:
    assert whole(only(SIGNED + b"\r\n\n"))


def test_contents_of_another_signature_break_it() -> None:
    other = forge.signed(BOB, level=2)
    start = SIGNED.index(b"/Contents <30")
    swapped = SIGNED[:start] + other[start : start + 12 + forge.PLACE] + SIGNED[start + 12 + forge.PLACE :]
    signature = only(swapped)
    assert signature.integrity == "broken" or signature.indication == "TOTAL_FAILED"


def test_octets_in_the_padding_are_a_fault() -> None:
    at = SIGNED.index(b">", SIGNED.index(b"/Contents <30")) - 4
    assert "contents-padding" in codes(only(SIGNED[:at] + b"abcd" + SIGNED[at + 4 :]))


# --- forms of signature and of file


def test_a_sub_filter_of_no_standard_is_read_as_cms() -> None:
    signature = only(forge.signed(ALICE, value=b"/Type /Sig /SubFilter /GM.PKCS7.detached"))
    assert signature.integrity == "intact"
    assert "sub-filter-unknown" in codes(signature)
    assert signature.evidence.form is SignatureForm.PDF


def test_contents_that_are_no_cms_fail() -> None:
    data = forge.sign(
        b"", ALICE, objects={**forge.base(), **forge.signature_objects()}, first=True, make=lambda _: b"\x04\x02hi"
    )
    signature = only(data)
    assert "contents-unreadable" in codes(signature)
    assert signature.indication == "TOTAL_FAILED"


def test_a_document_timestamp_covers_what_was_before_it() -> None:
    result = report(forge.document_timestamp(SIGNED, TSA))
    (timestamp,) = result.timestamps
    (signature,) = result.signatures
    assert timestamp.evidence.kind is TimestampKind.DOCUMENT
    assert timestamp.integrity == "intact"
    assert timestamp.evidence.covers.signatures == {signature.evidence.id}
    assert signature.level == "BES"


def test_revisions_for_pictures() -> None:
    data = forge.update(SIGNED, ATTACKS["contents replaced"])
    (revision,) = signed_revisions(data).values()
    assert (data[: revision.end], revision.pages) == (SIGNED, (1,))


def test_leading_octets_are_told() -> None:
    document = read(b"\n\n" + forge.write(forge.base()))
    assert "pdf-leading-octets" in {fault.code for fault in document.faults}


def encrypted(password: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(forge.write(forge.base()))) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="o", user=password), static_id=True)
    return out.getvalue()


def test_what_asks_for_a_password_is_refused() -> None:
    with pytest.raises(DocumentRefused) as refused:
        read(encrypted("secret"))
    assert refused.value.code is Refusal.ENCRYPTED
    assert not read(encrypted("")).signatures


def test_no_update_changes_how_octets_are_decrypted() -> None:
    """An update with an Encrypt of its own makes other strings and streams of the octets that were signed."""
    with pikepdf.open(io.BytesIO(encrypted(""))) as pdf:
        stated = pdf.trailer["/Encrypt"].unparse(resolved=True)
    before, root, after = forge.update(SIGNED, {99: b"null"}).rpartition(b" /Root 1 0 R")
    with pytest.raises(DocumentRefused) as refused:
        read(before + b" /Encrypt %s /ID [<00> <00>]" % stated + root + after)
    assert refused.value.code is Refusal.ENCRYPTED
    assert "as it was when it was signed" in refused.value.detail


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("D:20240601120000Z", datetime(2024, 6, 1, 12, tzinfo=UTC)),
        ("D:20240601120000+08'00'", datetime(2024, 6, 1, 4, tzinfo=UTC)),
        ("D:20240601120000-0530", datetime(2024, 6, 1, 17, 30, tzinfo=UTC)),
        ("20240601", datetime(2024, 6, 1, tzinfo=UTC)),
        ("D:20241399", None),
        ("D:00010101000000+99'99'", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_dates(stated: str | None, expected: datetime | None) -> None:
    assert read_date(stated) == expected


def test_names_of_no_encoding_are_read() -> None:
    """Chinese producers write names in GBK; a report must still be text."""
    changed = {FORM: forge.signature_objects()[FORM].replace(b" >>", b" /#CB#CE#CC#E5 (x) >>")}
    signature = only(forge.update(forge.signed(ALICE, value=b"/Type /Sig /SubFilter /#CB#CE"), changed))
    assert "changed-after-signing" in codes(signature)
    str(report(SIGNED).to_dict()).encode()
    str(signature.to_dict()).encode("utf-8")


def test_a_table_that_leads_to_another_object_is_not_followed() -> None:
    """Read as the table has it, qpdf frees the page while that is being read, and the process ends."""
    rows = dict(re.findall(rb"(\d+) 1\n(\d{10}) 00000 n", SIGNED))
    page, contents = (rows[b"%d" % number] for number in (PAGE, CONTENTS))
    damaged = SIGNED.replace(b"%d 1\n%s" % (CONTENTS, contents), b"%d 1\n%s" % (CONTENTS, page), 1)
    assert damaged != SIGNED
    assert not untouched(damaged)
