"""Revocation as `verify_certificate` reports it: CRLs of every kind, OCSP, freshness, and times before and after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp

from idbridge import verify_certificate
from tests.authority import AT, DAY, DER, Authority, name_of, oid, read, usage

HOLD = x509.ReasonFlags.certificate_hold
COMPROMISE = x509.ReasonFlags.key_compromise
REMOVED = x509.ReasonFlags.remove_from_crl


SECOND = timedelta(seconds=1)
LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.fixture
def ca() -> Authority:
    return Authority("CA")


def judge(ca: Authority, leaf: bytes, crls=(), responses=(), **options):
    arguments = {"anchors": [ca.root()], "crls": crls, "ocsp_responses": responses, "at": AT}
    return verify_certificate(leaf, **(arguments | options))


def verdict(report):
    return report.indication, report.sub_indication


PASSED = ("PASSED", None)
REVOKED = ("FAILED", "REVOKED")
UNKNOWN = ("INDETERMINATE", "TRY_LATER")


def point(url: str | None = None, *, reasons=None, issuer: str | None = None) -> x509.CRLDistributionPoints:
    names = [x509.UniformResourceIdentifier(url)] if url else None
    crl_issuer = [x509.DirectoryName(name_of(issuer))] if issuer else None
    return x509.CRLDistributionPoints([x509.DistributionPoint(names, None, reasons, crl_issuer)])


def issuing(url: str | None = None, **limits) -> tuple[x509.IssuingDistributionPoint, bool]:
    fields = {
        "full_name": [x509.UniformResourceIdentifier(url)] if url else None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**(fields | limits)), True


class TestCrl:
    def test_not_listed_is_good(self, ca: Authority) -> None:
        assert verdict(judge(ca, ca.certify("Leaf"), [ca.crl((12345, AT - DAY, None))])) == PASSED

    @pytest.mark.parametrize("reason", [None, COMPROMISE, x509.ReasonFlags.superseded])
    def test_listed_is_revoked_with_date_and_reason(self, ca: Authority, reason) -> None:
        leaf = ca.certify("Leaf")
        report = judge(ca, leaf, [ca.crl((ca.issued["Leaf"], AT - DAY, reason))])
        assert verdict(report) == REVOKED
        values = report.path.decisive.values
        assert values["revocation_date"] == AT - DAY
        assert values["reason"] == (reason.value if reason else "unspecified")

    def test_revoked_after_the_time_is_not_revoked_then(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf")
        later = ca.crl((ca.issued["Leaf"], AT + DAY, COMPROMISE), this_update=AT + 2 * DAY, next_update=AT + 9 * DAY)
        assert verdict(judge(ca, leaf, [later])) == PASSED
        assert verdict(judge(ca, leaf, [later], at=AT + DAY)) == REVOKED
        assert verdict(judge(ca, leaf, [later], at=AT + 3 * DAY)) == REVOKED

    def test_times_at_their_borders(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf")
        assert verdict(judge(ca, leaf, [ca.crl((ca.issued["Leaf"], AT, COMPROMISE))])) == REVOKED
        assert verdict(judge(ca, leaf, [ca.crl((ca.issued["Leaf"], AT + SECOND, COMPROMISE))])) == PASSED
        assert verdict(judge(ca, leaf, [ca.crl(this_update=AT)])) == PASSED
        assert verdict(judge(ca, leaf, [ca.crl(next_update=AT)])) == PASSED
        assert verdict(judge(ca, leaf, [ca.crl(next_update=AT - SECOND)])) == UNKNOWN

    def test_suspended_is_not_for_good(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf")
        held = ca.crl((ca.issued["Leaf"], AT - 3 * DAY, HOLD), number=1, this_update=AT - 2 * DAY)
        report = judge(ca, leaf, [held])
        assert verdict(report) == UNKNOWN
        assert report.path.decisive.values["status"] == "suspended"
        assert verdict(judge(ca, leaf, [held, ca.crl(number=2, this_update=AT - DAY)])) == PASSED

    def test_missing_is_indeterminate_with_the_url(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf", extensions=((point("http://ca.example/1.crl"), False),))
        report = judge(ca, leaf)
        assert verdict(report) == UNKNOWN
        assert [(item.kind, item.urls) for item in report.missing] == [("crl", ("http://ca.example/1.crl",))]
        assert report.missing[0].certificate_sha256 == read(leaf).sha256
        assert verdict(judge(ca, leaf, revocation="when-available")) == PASSED
        assert verdict(judge(ca, leaf, revocation="off")) == PASSED

    def test_revoked_counts_when_only_when_available(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf")
        crl = ca.crl((ca.issued["Leaf"], AT - DAY, None))
        assert verdict(judge(ca, leaf, [crl], revocation="when-available")) == REVOKED
        assert verdict(judge(ca, leaf, [crl], revocation="off")) == PASSED

    def test_stale_proves_revocation_and_nothing_else(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf")
        stale = {"this_update": AT - 9 * DAY, "next_update": AT - DAY}
        serial = ca.issued["Leaf"]
        assert verdict(judge(ca, leaf, [ca.crl(**stale)])) == UNKNOWN
        assert verdict(judge(ca, leaf, [ca.crl((serial, AT - 10 * DAY, HOLD), **stale)])) == UNKNOWN
        assert verdict(judge(ca, leaf, [ca.crl((serial, AT - 10 * DAY, COMPROMISE), **stale)])) == REVOKED

    def test_silence_after_expiry_says_nothing(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf", end=AT + DAY)
        after = {"this_update": AT + 2 * DAY, "next_update": AT + 9 * DAY}
        assert verdict(judge(ca, leaf, [ca.crl(**after)])) == UNKNOWN
        kept = x509.UnrecognizedExtension(oid("2.5.29.60"), b"\x18\x0f20200101000000Z")
        assert verdict(judge(ca, leaf, [ca.crl(**after, extensions=((kept, False),))])) == PASSED

    def test_forged_is_not_used(self, ca: Authority) -> None:
        forged = ca.crl(signer=ec.generate_private_key(ec.SECP256R1()))
        report = judge(ca, ca.certify("Leaf"), [forged])
        assert verdict(report) == UNKNOWN
        assert "no issuer" in report.path.decisive.values["objections"][0]

    def test_unknown_critical_extensions(self, ca: Authority) -> None:
        unknown = ((x509.UnrecognizedExtension(oid("1.2.3.4"), b"\x05\x00"), True),)
        leaf = ca.certify("Leaf")
        assert verdict(judge(ca, leaf, [ca.crl(extensions=unknown)])) == UNKNOWN
        report = judge(ca, leaf, [ca.crl((1, AT, None), entry_extensions=unknown)])
        assert verdict(report) == UNKNOWN
        assert report.checks[0].name == "input-readable"

    def test_number_is_a_formality_of_the_strict(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf")
        assert verdict(judge(ca, leaf, [ca.crl(number=None)])) == UNKNOWN
        assert verdict(judge(ca, leaf, [ca.crl(number=None)], strict=False)) == PASSED

    def test_issuer_without_the_right_to_sign_crls(self, ca: Authority) -> None:
        root = ca.root(key_usage=usage("key_cert_sign"))
        report = verify_certificate(ca.certify("Leaf"), anchors=[root], crls=[ca.crl()], at=AT)
        assert verdict(report) == UNKNOWN

    def test_a_revoked_issuer_fails_the_path(self, ca: Authority) -> None:
        below, certificate = ca.subordinate("Below")
        crls = [ca.crl((ca.issued["Below"], AT - DAY, COMPROMISE)), below.crl()]
        report = judge(ca, below.certify("Leaf"), crls, intermediates=[certificate])
        assert verdict(report) == REVOKED
        assert str(report.path.decisive.certificate) == "CN=Below"

    def test_one_signed_by_an_algorithm_that_had_its_day_is_not_used(self) -> None:
        ca = Authority("CA", rsa.generate_private_key(65537, 1024))
        leaf = ca.certify("Leaf", ec.generate_private_key(ec.SECP256R1()))
        report = judge(ca, leaf, [ca.crl()])
        assert (report.indication, report.sub_indication) == ("FAILED", "CRYPTO_CONSTRAINTS_FAILURE")
        assert verdict(judge(ca, leaf, [ca.crl()], algorithms="legacy")) == PASSED

    def test_a_rolled_over_key_does_not_vouch_for_itself(self, ca: Authority) -> None:
        """The new key's certificate could have been revoked by the old key; its own list cannot say that it was not."""
        rolled = Authority("CA")
        certificate = ca.certify("CA", rolled.key, ca=True)
        serial = ca.issued["CA"]
        leaf = rolled.certify("Leaf")
        assert verdict(judge(ca, leaf, [rolled.crl()], intermediates=[certificate])) == UNKNOWN
        assert verdict(judge(ca, leaf, [rolled.crl(), ca.crl()], intermediates=[certificate])) == PASSED
        revoked = ca.crl((serial, AT - DAY, COMPROMISE))
        assert verdict(judge(ca, leaf, [rolled.crl(), revoked], intermediates=[certificate])) == REVOKED

    def test_the_list_of_a_subordinate_says_nothing_of_its_issuers_certificates(self, ca: Authority) -> None:
        below, certificate = ca.subordinate("Below")
        leaf = ca.certify("Leaf")
        assert verdict(judge(ca, leaf, [below.crl()], intermediates=[certificate])) == UNKNOWN
        forged = below.crl((ca.issued["Leaf"], AT - DAY, COMPROMISE))
        assert verdict(judge(ca, leaf, [ca.crl(), forged], intermediates=[certificate])) == PASSED


class TestPartitions:
    def test_by_kind(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf")
        users, authorities = issuing(only_contains_user_certs=True), issuing(only_contains_ca_certs=True)
        assert verdict(judge(ca, leaf, [ca.crl(extensions=(users,))])) == PASSED
        assert verdict(judge(ca, leaf, [ca.crl(extensions=(authorities,))])) == UNKNOWN
        attributes = issuing(only_contains_attribute_certs=True)
        assert verdict(judge(ca, leaf, [ca.crl(extensions=(attributes,))])) == UNKNOWN

    def test_by_name(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf", extensions=((point("http://ca.example/1.crl"), False),))
        assert verdict(judge(ca, leaf, [ca.crl(extensions=(issuing("http://ca.example/1.crl"),))])) == PASSED
        assert verdict(judge(ca, leaf, [ca.crl(extensions=(issuing("http://ca.example/2.crl"),))])) == UNKNOWN

    def test_by_reasons(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf")
        some = frozenset({COMPROMISE, x509.ReasonFlags.ca_compromise})
        rest = frozenset(x509.ReasonFlags) - some - {x509.ReasonFlags.unspecified, REMOVED}
        first = ca.crl(number=1, extensions=(issuing(only_some_reasons=some),))
        second = ca.crl(number=2, extensions=(issuing(only_some_reasons=rest),))
        assert verdict(judge(ca, leaf, [first])) == UNKNOWN
        assert verdict(judge(ca, leaf, [first, second])) == PASSED


def indirect_crl(signer: Authority, rows, partition) -> bytes:
    """Return a CRL with entries of a serial number and, perhaps, the name of the issuer from there on."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(name_of(signer.name))
    builder = builder.last_update(AT - DAY).next_update(AT + DAY).add_extension(x509.CRLNumber(1), critical=False)
    own = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key())
    builder = builder.add_extension(own, critical=False).add_extension(*partition)
    for serial, issuer in rows:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(AT - DAY)
        if issuer is not None:
            named = x509.CertificateIssuer([x509.DirectoryName(name_of(issuer))])
            entry = entry.add_extension(named, critical=True)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(signer.key, hashes.SHA256()).public_bytes(DER)


class TestIndirect:
    def test_by_another_issuer(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf", extensions=((point("http://x.example/c", issuer="CRL Issuer"), False),))
        serial = ca.issued["Leaf"]
        signer = Authority("CRL Issuer")
        signer_der = ca.certify("CRL Issuer", signer.key, key_usage=usage("crl_sign"))
        indirect = issuing("http://x.example/c", indirect_crl=True)
        named = ((x509.CertificateIssuer([x509.DirectoryName(name_of("CA"))]), True),)
        options = {"intermediates": [signer_der]}
        own = ca.crl()
        good = signer.crl(extensions=(indirect,))
        assert verdict(judge(ca, leaf, [own, good], **options)) == PASSED
        listed = signer.crl((serial, AT - DAY, None), extensions=(indirect,), entry_extensions=named)
        assert verdict(judge(ca, leaf, [own, listed], **options)) == REVOKED

    def test_an_entry_of_another_issuer_is_not_ours(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf", extensions=((point("http://x.example/c", issuer="CRL Issuer"), False),))
        signer = Authority("CRL Issuer")
        signer_der = ca.certify("CRL Issuer", signer.key, key_usage=usage("crl_sign"))
        indirect = issuing("http://x.example/c", indirect_crl=True)
        other = ((x509.CertificateIssuer([x509.DirectoryName(name_of("Other"))]), True),)
        listed = signer.crl((ca.issued["Leaf"], AT - DAY, None), extensions=(indirect,), entry_extensions=other)
        assert verdict(judge(ca, leaf, [ca.crl(), listed], intermediates=[signer_der])) == PASSED

    def test_each_named_issuer_holds_on_until_the_next(self, ca: Authority) -> None:
        """RFC 5280 §5.3.3: an entry without certificateIssuer belongs to the issuer of the one before it."""
        leaf = ca.certify("Leaf", extensions=((point("http://x.example/c", issuer="CRL Issuer"), False),))
        signer = Authority("CRL Issuer")
        options = {"intermediates": [ca.certify("CRL Issuer", signer.key, key_usage=usage("crl_sign"))]}
        serial = ca.issued["Leaf"]

        def crl(*rows: tuple[int, str | None]) -> bytes:
            return indirect_crl(signer, rows, issuing("http://x.example/c", indirect_crl=True))

        own = ca.crl()
        listed = (
            [(7, "CA"), (serial, None)],
            [(7, "Other"), (8, None), (9, "CA"), (10, None), (serial, None)],
            [(serial, None), (7, "CA"), (serial, None)],
        )
        for rows in listed:
            assert verdict(judge(ca, leaf, [own, crl(*rows)], **options)) == REVOKED, rows
        others = (
            [(serial, None)],  # the CRL issuer's own, until another is named
            [(7, "CA"), (8, "Other"), (serial, None)],
            [(serial, "Other"), (serial, None), (7, "CA")],
        )
        for rows in others:
            assert verdict(judge(ca, leaf, [own, crl(*rows)], **options)) == PASSED, rows

    def test_an_entry_of_several_issuers_spoils_the_list(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf", extensions=((point("http://x.example/c", issuer="CRL Issuer"), False),))
        signer = Authority("CRL Issuer")
        signer_der = ca.certify("CRL Issuer", signer.key, key_usage=usage("crl_sign"))
        both = x509.CertificateIssuer([x509.DirectoryName(name_of("CA")), x509.DirectoryName(name_of("Other"))])
        partition = ca.crl(extensions=(issuing(only_contains_ca_certs=True),))
        indirect = issuing("http://x.example/c", indirect_crl=True)
        spoilt = signer.crl((7, AT - DAY, None), extensions=(indirect,), entry_extensions=((both, True),))
        assert verdict(judge(ca, leaf, [partition, spoilt], intermediates=[signer_der])) == UNKNOWN

    def test_needs_the_flag_and_the_right(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf", extensions=((point("http://x.example/c", issuer="CRL Issuer"), False),))
        signer = Authority("CRL Issuer")
        entitled = ca.certify("CRL Issuer", signer.key, key_usage=usage("crl_sign"))
        idle = ca.certify("CRL Issuer", signer.key, key_usage=usage("digital_signature"))
        direct = signer.crl(extensions=(issuing("http://x.example/c"),))
        indirect = signer.crl(extensions=(issuing("http://x.example/c", indirect_crl=True),))
        only_signer = {"crls": [ca.crl(extensions=(issuing(only_contains_ca_certs=True),)), direct]}
        assert verdict(judge(ca, leaf, intermediates=[entitled], **only_signer)) == UNKNOWN
        only_signer["crls"][1] = indirect
        assert verdict(judge(ca, leaf, intermediates=[idle], **only_signer)) == UNKNOWN


class TestDelta:
    def delta(self, ca: Authority, *entries, base: int = 1, number: int = 2, **options) -> bytes:
        return ca.crl(*entries, number=number, extensions=((x509.DeltaCRLIndicator(base), True),), **options)

    def test_adds_and_removes(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf")
        serial = ca.issued["Leaf"]
        held = ca.crl((serial, AT - 5 * DAY, HOLD))
        assert verdict(judge(ca, leaf, [ca.crl(), self.delta(ca, (serial, AT - DAY, COMPROMISE))])) == REVOKED
        assert verdict(judge(ca, leaf, [held, self.delta(ca, (serial, AT - DAY, REMOVED))])) == PASSED
        assert verdict(judge(ca, leaf, [held, self.delta(ca)])) == UNKNOWN

    def test_alone_says_nothing(self, ca: Authority) -> None:
        assert verdict(judge(ca, ca.certify("Leaf"), [self.delta(ca)])) == UNKNOWN

    @pytest.mark.parametrize("numbers", [{"base": 2, "number": 3}, {"base": 0, "number": 1}, {"base": 0, "number": 0}])
    def test_amends_only_what_it_is_made_for(self, ca: Authority, numbers) -> None:
        leaf = ca.certify("Leaf")
        entry = (ca.issued["Leaf"], AT - DAY, COMPROMISE)
        assert verdict(judge(ca, leaf, [ca.crl(number=1), self.delta(ca, entry, **numbers)])) == PASSED

    def test_amends_only_a_list_of_the_same_scope_and_key(self, ca: Authority) -> None:
        """RFC 5280 §6.3.3 (c)(1) to (3)."""
        leaf = ca.certify("Leaf")
        entry = (ca.issued["Leaf"], AT - DAY, COMPROMISE)
        users, authorities = issuing(only_contains_user_certs=True), issuing(only_contains_ca_certs=True)
        indicator = (x509.DeltaCRLIndicator(1), True)
        whole, partition = ca.crl(), ca.crl(extensions=(users,))
        of_users = ca.crl(entry, number=2, extensions=(indicator, users))
        assert verdict(judge(ca, leaf, [partition, of_users])) == REVOKED
        assert verdict(judge(ca, leaf, [whole, of_users])) == PASSED
        assert verdict(judge(ca, leaf, [partition, self.delta(ca, entry)])) == PASSED
        of_authorities = ca.crl(entry, number=2, extensions=(indicator, authorities))
        assert verdict(judge(ca, leaf, [partition, of_authorities])) == PASSED
        namesake = Authority("CA")
        assert verdict(judge(ca, leaf, [whole, self.delta(namesake, entry)])) == PASSED
        forged = self.delta(ca, entry, signer=namesake.key)
        assert verdict(judge(ca, leaf, [whole, forged])) == PASSED

    def test_the_newest_that_fits_counts(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf")
        held = (ca.issued["Leaf"], AT - 3 * DAY, HOLD)
        first = self.delta(ca, held, number=2, this_update=AT - 2 * DAY)
        second = self.delta(ca, (ca.issued["Leaf"], AT - DAY, REMOVED), number=3, this_update=AT - DAY)
        base = ca.crl(this_update=AT - 4 * DAY)
        assert verdict(judge(ca, leaf, [base, first])) == UNKNOWN
        assert verdict(judge(ca, leaf, [base, first, second])) == PASSED
        assert verdict(judge(ca, leaf, [second, first, base])) == PASSED

    def test_stale_is_left_out(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf")
        held = ca.crl((ca.issued["Leaf"], AT - 5 * DAY, HOLD))
        stale = self.delta(ca, (ca.issued["Leaf"], AT, REMOVED), this_update=AT - 3 * DAY, next_update=AT - DAY)
        assert verdict(judge(ca, leaf, [held, stale])) == UNKNOWN


class TestOcsp:
    @pytest.mark.parametrize("by_name", [True, False])
    def test_by_the_issuer(self, ca: Authority, by_name: bool) -> None:
        leaf = ca.certify("Leaf")
        assert verdict(judge(ca, leaf, responses=[ca.ocsp(leaf, ca.root(), by_name=by_name)])) == PASSED

    @pytest.mark.parametrize("by_name", [True, False])
    def test_by_a_delegate(self, ca: Authority, by_name: bool) -> None:
        leaf = ca.certify("Leaf")
        delegate, certificate = ca.responder()
        response = delegate.ocsp(leaf, ca.root(), responder=certificate, by_name=by_name)
        assert verdict(judge(ca, leaf, responses=[response])) == PASSED

    def test_a_delegate_without_no_check_must_not_be_revoked(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf")
        delegate, certificate = ca.responder(no_check=False)
        response = delegate.ocsp(leaf, ca.root(), responder=certificate)
        assert verdict(judge(ca, leaf, responses=[response])) == UNKNOWN
        listed = ca.crl((ca.issued["Responder"], AT - 5 * DAY, None), extensions=(issuing("http://elsewhere/"),))
        assert verdict(judge(ca, leaf, [listed], [response])) == UNKNOWN
        assert verdict(judge(ca, leaf, [ca.crl()], [response])) == PASSED

    def test_a_delegate_without_no_check_does_not_vouch_for_itself(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf")
        delegate, certificate = ca.responder(no_check=False)
        about_leaf = delegate.ocsp(leaf, ca.root(), responder=certificate)
        about_itself = delegate.ocsp(certificate, ca.root(), responder=certificate)
        assert verdict(judge(ca, leaf, responses=[about_leaf, about_itself])) == UNKNOWN
        by_the_issuer = ca.ocsp(certificate, ca.root())
        assert verdict(judge(ca, leaf, responses=[about_leaf, by_the_issuer])) == PASSED

    def test_no_check_exempts_no_certificate_but_a_responders(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf", extensions=((x509.OCSPNoCheck(), False),))
        assert verdict(judge(ca, leaf)) == UNKNOWN
        assert verdict(judge(ca, leaf, [ca.crl((ca.issued["Leaf"], AT - DAY, COMPROMISE))])) == REVOKED

    def test_a_delegate_of_the_issuers_former_key_is_not_one_of_the_present(self, ca: Authority) -> None:
        """RFC 6960 §4.2.2.2: the key that issued the certificate must have issued the responder's."""
        rolled = Authority("CA")
        certificate = ca.certify("CA", rolled.key, ca=True)
        leaf = rolled.certify("Leaf")
        delegate, responder = ca.responder()
        response = delegate.ocsp(leaf, certificate, responder=responder)
        of_authorities = ca.crl(extensions=(issuing(only_contains_ca_certs=True),))
        options = {"intermediates": [certificate], "crls": [of_authorities]}
        assert verdict(judge(ca, leaf, responses=[response], **options)) == UNKNOWN
        delegate, responder = rolled.responder()
        response = delegate.ocsp(leaf, certificate, responder=responder)
        assert verdict(judge(ca, leaf, responses=[response], **options)) == PASSED

    def test_a_delegate_needs_the_purpose_and_the_very_issuer(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf")
        delegate, plain = ca.responder(extensions=())
        assert verdict(judge(ca, leaf, responses=[delegate.ocsp(leaf, ca.root(), responder=plain)])) == UNKNOWN
        other, foreign = Authority("Other").responder()
        assert verdict(judge(ca, leaf, responses=[other.ocsp(leaf, ca.root(), responder=foreign)])) == UNKNOWN
        expired, certificate = ca.responder(end=AT - 50 * DAY)
        response = expired.ocsp(leaf, ca.root(), responder=certificate)
        assert verdict(judge(ca, leaf, responses=[response])) == UNKNOWN

    def test_revoked(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf")
        options = {"status": ocsp.OCSPCertStatus.REVOKED, "reason": COMPROMISE}
        response = ca.ocsp(leaf, ca.root(), revoked_at=AT - DAY, **options)
        report = judge(ca, leaf, responses=[response])
        assert verdict(report) == REVOKED
        assert report.path.decisive.values["reason"] == "keyCompromise"
        later = ca.ocsp(leaf, ca.root(), revoked_at=AT + DAY, this_update=AT + DAY, next_update=AT + 2 * DAY, **options)
        assert verdict(judge(ca, leaf, responses=[later])) == PASSED

    def test_unknown_and_about_another(self, ca: Authority) -> None:
        leaf, other = ca.certify("Leaf"), ca.certify("Other")
        unknown = ca.ocsp(leaf, ca.root(), status=ocsp.OCSPCertStatus.UNKNOWN)
        assert verdict(judge(ca, leaf, responses=[unknown])) == UNKNOWN
        assert verdict(judge(ca, leaf, responses=[ca.ocsp(other, ca.root())])) == UNKNOWN

    def test_forged(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf")
        namesake = Authority("CA")
        response = namesake.ocsp(leaf, ca.root(), responder=namesake.root(), by_name=True)
        assert verdict(judge(ca, leaf, responses=[response])) == UNKNOWN

    @pytest.mark.parametrize(
        ("times", "expected"),
        [
            ({"this_update": AT - 3 * DAY, "next_update": AT - DAY}, UNKNOWN),
            ({"this_update": AT - 2 * DAY, "next_update": None}, UNKNOWN),
            ({"this_update": AT - DAY / 2, "next_update": None}, PASSED),
            ({"this_update": AT + DAY, "next_update": AT + 2 * DAY}, PASSED),
            ({"this_update": AT, "next_update": AT}, PASSED),
            ({"this_update": AT - DAY, "next_update": AT - SECOND}, UNKNOWN),
            ({"this_update": AT - DAY, "next_update": None}, PASSED),
            ({"this_update": AT - DAY - SECOND, "next_update": None}, UNKNOWN),
            ({"this_update": LAST, "next_update": None}, UNKNOWN),  # when the certificate has long expired
        ],
    )
    def test_freshness(self, ca: Authority, times, expected) -> None:
        leaf = ca.certify("Leaf")
        assert verdict(judge(ca, leaf, responses=[ca.ocsp(leaf, ca.root(), **times)])) == expected

    @pytest.mark.parametrize("digest", [hashes.SHA1(), hashes.SHA256(), hashes.SHA512()])
    def test_digests(self, ca: Authority, digest) -> None:
        leaf = ca.certify("Leaf")
        assert verdict(judge(ca, leaf, responses=[ca.ocsp(leaf, ca.root(), digest=digest)])) == PASSED

    def test_any_revocation_outweighs(self, ca: Authority) -> None:
        leaf = ca.certify("Leaf")
        good = ca.ocsp(leaf, ca.root())
        revoked = ca.crl((ca.issued["Leaf"], AT - 5 * DAY, COMPROMISE), this_update=AT - 2 * DAY)
        held = ca.crl((ca.issued["Leaf"], AT - 5 * DAY, HOLD), this_update=AT - 2 * DAY)
        assert verdict(judge(ca, leaf, [revoked], [good])) == REVOKED
        assert verdict(judge(ca, leaf, [held], [good])) == PASSED

    def test_the_missing_response_is_named(self, ca: Authority) -> None:
        url = x509.UniformResourceIdentifier("http://ocsp.example/")
        access = x509.AuthorityInformationAccess([x509.AccessDescription(oid("1.3.6.1.5.5.7.48.1"), url)])
        report = judge(ca, ca.certify("Leaf", extensions=((access, False),)))
        assert [(item.kind, item.urls) for item in report.missing] == [("ocsp", ("http://ocsp.example/",))]
