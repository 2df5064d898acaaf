"""`verify_certificate` as a whole: one reason for each verdict, and going on when a path fails."""

from __future__ import annotations

import itertools
import json
from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from idbridge import verify_certificate
from idbridge.pki.anchors import TrustAnchor
from idbridge.pki.errors import BadRequestError, MalformedCertificateError
from idbridge.pki.extensions import NameConstraints, Subtree
from idbridge.pki.names import GeneralName
from idbridge.pki.structures import header
from tests.authority import AT, DAY, Authority, oid, policies, read, usage


class Chain:
    """Root → Issuer → Leaf, with a CRL of each."""

    def __init__(self, leaf: dict | None = None, issuer: dict | None = None) -> None:
        self.root_authority = Authority("Root")
        self.root = self.root_authority.root()
        self.issuer_authority, self.issuer = self.root_authority.subordinate("Issuer", **(issuer or {}))
        self.leaf = self.issuer_authority.certify("Leaf", **(leaf or {}))

    @property
    def crls(self) -> list[bytes]:
        return [self.root_authority.crl(), self.issuer_authority.crl()]

    def report(self, **options):
        arguments = {"anchors": [self.root], "intermediates": [self.issuer], "crls": self.crls, "at": AT}
        return verify_certificate(self.leaf, **(arguments | options))


def failed(report):
    return [check.name for check in report.path.checks if check.outcome == "failed"]


def test_a_good_path_passes_with_every_check_recorded() -> None:
    report = Chain().report()
    assert (report.indication, report.sub_indication) == ("PASSED", None)
    assert [str(certificate) for certificate in report.path.certificates] == ["CN=Leaf", "CN=Issuer", "CN=Root"]
    names = [check.name for check in report.path.checks]
    for name in ("anchor-trusted", "signature", "validity", "policies", "path-length", "revocation", "profile"):
        assert name in names
    assert all(check.clause for check in report.path.checks)


def test_the_report_is_plain_data_and_no_truth_value() -> None:
    report = Chain().report()
    assert json.loads(json.dumps(report.to_dict()))["indication"] == "PASSED"
    with pytest.raises(TypeError):
        bool(report)


def test_no_anchor_means_no_path() -> None:
    report = Chain().report(anchors=[])
    assert (report.indication, report.sub_indication) == ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND")
    assert report.path is None


def test_a_missing_issuer_is_named_with_its_url() -> None:
    access = x509.AuthorityInformationAccess(
        [x509.AccessDescription(oid("1.3.6.1.5.5.7.48.2"), x509.UniformResourceIdentifier("http://ca.example/ca.cer"))]
    )
    report = Chain(leaf={"extensions": ((access, False),)}).report(intermediates=[])
    assert report.sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"
    assert [(item.kind, item.urls) for item in report.missing] == [("issuer", ("http://ca.example/ca.cer",))]


@pytest.mark.parametrize(
    ("leaf", "issuer", "sub_indication", "check"),
    [
        ({"end": AT - DAY}, {}, "EXPIRED", "validity"),
        ({"begin": AT + DAY}, {}, "NOT_YET_VALID", "validity"),
        ({}, {"end": AT - DAY}, "EXPIRED", "validity"),
        ({"signer": ec.generate_private_key(ec.SECP256R1())}, {}, "SIG_CRYPTO_FAILURE", "signature"),
        ({}, {"key_usage": usage("crl_sign")}, "CHAIN_CONSTRAINTS_FAILURE", "key-usage"),
        (
            {"extensions": ((x509.UnrecognizedExtension(oid("1.2.3.4"), b"\x05\x00"), True),)},
            {},
            "CHAIN_CONSTRAINTS_FAILURE",
            "critical-extensions-known",
        ),
        ({"key": ec.generate_private_key(ec.SECP192R1())}, {}, "CRYPTO_CONSTRAINTS_FAILURE", "key-strength"),
        (
            {"extensions": ((x509.SubjectAlternativeName([x509.DNSName("a_b.example")]), False),)},
            {},
            "CERTIFICATE_CHAIN_GENERAL_FAILURE",
            "alternative-names",
        ),
    ],
)
def test_each_violation_fails_for_its_own_reason(leaf, issuer, sub_indication, check) -> None:
    report = Chain(leaf, issuer).report()
    assert (report.indication, report.sub_indication) == ("FAILED", sub_indication)
    assert check in failed(report)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (AT - DAY - timedelta(microseconds=1), "NOT_YET_VALID"),
        (AT - DAY, None),
        (AT + DAY, None),
        (AT + DAY + timedelta(microseconds=999_999), None),  # notAfter is a second, all of which belongs to it
        (AT + DAY + timedelta(seconds=1), "EXPIRED"),
        ((AT + DAY).astimezone(timezone(timedelta(hours=8))), None),
        ((AT + DAY + timedelta(seconds=1)).astimezone(timezone(timedelta(hours=-11))), "EXPIRED"),
    ],
)
@pytest.mark.parametrize("which", ["leaf", "issuer"])
def test_validity_includes_both_its_ends(which: str, at: datetime, expected: str | None) -> None:
    chain = Chain(**{which: {"begin": AT - DAY, "end": AT + DAY}})
    assert chain.report(at=at, revocation="off").sub_indication == expected


def test_values_of_a_failure_are_in_the_report() -> None:
    report = Chain(leaf={"end": AT - DAY}).report()
    check = next(check for check in report.path.checks if check.outcome == "failed")
    assert check.values["not_after"] == AT - DAY
    assert check.values["at"] == AT
    assert str(check.certificate) == "CN=Leaf"


def test_an_issuer_that_is_no_authority() -> None:
    root = Authority("Root")
    fake = Authority("Issuer")
    certificate = root.certify("Issuer", fake.key)
    leaf = fake.certify("Leaf")
    report = verify_certificate(leaf, anchors=[root.root()], intermediates=[certificate], at=AT, revocation="off", strict=False)
    assert report.indication == "FAILED"
    assert "authority" in failed(report)


def test_path_length() -> None:
    root = Authority("Root")
    first, first_der = root.subordinate("First", path_length=0)
    second, second_der = first.subordinate("Second")
    arguments = {"anchors": [root.root()], "intermediates": [first_der, second_der], "at": AT, "revocation": "off"}
    assert verify_certificate(first.certify("Leaf"), **arguments).indication == "PASSED"
    report = verify_certificate(second.certify("Leaf"), **arguments)
    assert failed(report) == ["path-length"]


def test_goes_on_to_the_next_candidate() -> None:
    root, other = Authority("Root"), Authority("Other")
    issuer = Authority("Issuer")
    expired = root.certify("Issuer", issuer.key, ca=True, end=AT - DAY)
    constrained = root.certify(
        "Issuer", issuer.key, ca=True, extensions=((x509.NameConstraints([x509.DNSName("x.example")], None), True),)
    )
    good = other.certify("Issuer", issuer.key, ca=True)
    names = x509.SubjectAlternativeName([x509.DNSName("y.example")])
    leaf = issuer.certify("Leaf", extensions=((names, False),))
    report = verify_certificate(
        leaf,
        anchors=[root.root(), other.root()],
        intermediates=[expired, constrained, good],
        at=AT,
        revocation="off",
    )
    assert report.indication == "PASSED"
    assert str(report.path.certificates[-1]) == "CN=Other"
    assert all(path.indication == "FAILED" for path in report.paths[:-1])


def test_an_anchor_of_the_same_name_with_another_key_is_no_forgery() -> None:
    """The key identifiers say that another key signed: the issuer is unknown, which is not the certificate's fault."""
    chain = Chain()
    namesake = Authority("Root")
    report = chain.report(anchors=[namesake.root()])
    assert report.sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"


def test_loops_end() -> None:
    first, second = Authority("First"), Authority("Second")
    loop = [first.certify("Second", second.key, ca=True), second.certify("First", first.key, ca=True)]
    stranger = Authority("Stranger").root()
    report = verify_certificate(second.certify("Leaf"), anchors=[stranger], intermediates=loop, at=AT)
    assert report.sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"


def test_no_mapping_to_any_policy_gets_through_a_loop() -> None:
    """RFC 5280 §6.1.4 (a): a certificate that maps any-policy is on no valid path, however the path winds."""
    root, first, second = Authority("Root"), Authority("First"), Authority("Second")
    p, any_policy = bytes.fromhex("06032a0301"), bytes.fromhex("0604551d2000")
    stated = (policies("1.2.3.1"), False)

    def mapping(issuer_domain: bytes, subject_domain: bytes) -> tuple[x509.UnrecognizedExtension, bool]:
        pair = header(b"\x30", len(issuer_domain + subject_domain)) + issuer_domain + subject_domain
        return x509.UnrecognizedExtension(oid("2.5.29.33"), header(b"\x30", len(pair)) + pair), True

    leaf = second.certify("Leaf", extensions=(stated,))
    top = root.certify("First", first.key, ca=True, extensions=(stated,))
    back = second.certify("First", first.key, ca=True, extensions=(stated,))
    for pair in ((p, any_policy), (any_policy, p), (any_policy, any_policy)):
        cross = first.certify("Second", second.key, ca=True, extensions=(stated, mapping(*pair)))
        options = {"anchors": [root.root()], "at": AT, "revocation": "off"}
        for explicit in (True, False):
            report = verify_certificate(leaf, intermediates=[top, cross, back], require_explicit_policy=explicit, **options)
            assert (report.indication, report.sub_indication) == ("FAILED", "CHAIN_CONSTRAINTS_FAILURE")
            assert "policy-mappings" in failed(report)
        plain = first.certify("Second", second.key, ca=True, extensions=(stated,))
        around = verify_certificate(leaf, intermediates=[top, cross, back, plain], require_explicit_policy=True, **options)
        assert (around.indication, around.policies) == ("PASSED", {"1.2.3.1"})


def test_a_loop_adds_no_policies_and_no_path_length() -> None:
    root, first, second = Authority("Root"), Authority("First"), Authority("Second")
    top = root.certify("First", first.key, ca=True, path_length=0)
    loop = [first.certify("Second", second.key, ca=True), second.certify("First", first.key, ca=True)]
    options = {"anchors": [root.root()], "intermediates": [top, *loop], "at": AT, "revocation": "off"}
    assert verify_certificate(first.certify("Leaf"), **options).indication == "PASSED"
    report = verify_certificate(second.certify("Leaf"), **options)
    assert failed(report) == ["path-length"]


def test_a_budget_that_runs_out_is_indeterminate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idbridge.pki.signatures.SIGNATURES_LIMIT", 1)
    report = Chain().report()
    assert (report.indication, report.sub_indication) == ("INDETERMINATE", "CERTIFICATE_CHAIN_GENERAL_FAILURE")
    assert report.checks[-1].name == "search-budget"


def test_many_failing_paths_end_by_budget() -> None:
    root = Authority("Root")
    layers = [[Authority(f"{depth}-{width}") for width in range(4)] for depth in range(5)]
    crosses = [root.certify(top.name, top.key, ca=True) for top in layers[0]]
    for above, below in itertools.pairwise(layers):
        crosses += [issuer.certify(sub.name, sub.key, ca=True) for issuer in above for sub in below]
    leaf = layers[-1][0].certify("Leaf")
    report = verify_certificate(
        leaf, anchors=[root.root()], intermediates=crosses, at=AT, revocation="off", require_explicit_policy=True
    )
    assert (report.indication, report.sub_indication) == ("INDETERMINATE", "CERTIFICATE_CHAIN_GENERAL_FAILURE")


def test_malformed_input_of_strangers_is_noted_and_left_out() -> None:
    chain = Chain()
    report = chain.report(
        intermediates=[b"no certificate", chain.issuer], crls=[b"no CRL", *chain.crls], ocsp_responses=[b"\x30\x00"]
    )
    assert report.indication == "PASSED"
    assert [check.name for check in report.checks] == ["input-readable"] * 3
    assert {check.outcome for check in report.checks} == {"warned"}


@pytest.mark.parametrize("der", [b"", b"\x30\x00", b"\x30\x80\x00\x00", b"x" * 2_000_000])
def test_a_target_that_is_no_certificate_is_refused(der: bytes) -> None:
    with pytest.raises(MalformedCertificateError) as refusal:
        verify_certificate(der, anchors=[], at=AT)
    assert refusal.value.code == "malformed-certificate"


@pytest.mark.parametrize(
    "options",
    [
        {"at": datetime(2025, 6, 1)},  # noqa: DTZ001 - that it is naive is the point
        {"at": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=8)))},
        {"at": datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-8)))},
        {"revocation": "perhaps"},
        {"algorithms": "whatever"},
    ],
)
def test_requests_that_make_no_sense_are_refused(options) -> None:
    with pytest.raises(BadRequestError) as refusal:
        Chain().report(**options)
    assert refusal.value.code == "bad-request"


class TestAnchors:
    def test_trusted_for_a_time(self) -> None:
        chain = Chain()
        anchor = TrustAnchor(read(chain.root), trusted_from=AT - DAY, trusted_until=AT + DAY)
        assert chain.report(anchors=[anchor]).indication == "PASSED"
        for late in (AT + DAY, AT + 2 * DAY):
            report = chain.report(anchors=[anchor], at=late)
            assert failed(report) == ["anchor-trusted"]
            assert report.sub_indication == "EXPIRED"
        early = chain.report(anchors=[anchor], at=AT - 2 * DAY)
        assert early.sub_indication == "NOT_YET_VALID"

    def test_an_expired_anchor_holds_only_if_its_certificate_does_not_bind(self) -> None:
        root = Authority("Root")
        expired = read(root.root(end=AT - DAY))
        leaf = root.certify("Leaf")
        strict = verify_certificate(leaf, anchors=[expired], at=AT, revocation="off")
        assert strict.sub_indication == "EXPIRED"
        vouched = TrustAnchor(expired, certificate_binds=False)
        assert verify_certificate(leaf, anchors=[vouched], at=AT, revocation="off").indication == "PASSED"

    @pytest.mark.parametrize(
        ("limits", "check"),
        [
            ({"max_path_length": 0}, "path-length"),
            ({"policies": frozenset({"1.2.3"}), "require_explicit_policy": True}, "explicit-policy"),
            (
                {"name_constraints": NameConstraints(None, (Subtree(GeneralName("dns", "example"), bounded=False),))},
                "names-allowed",
            ),
        ],
    )
    def test_limits(self, limits, check) -> None:
        names = x509.SubjectAlternativeName([x509.DNSName("host.example")])
        chain = Chain(leaf={"extensions": ((names, False),)})
        report = chain.report(anchors=[TrustAnchor(read(chain.root), **limits)])
        assert check in failed(report)

    def test_a_certificate_that_is_an_anchor_is_trusted_itself(self) -> None:
        leaf = Authority("Issuer").certify("Leaf")
        assert verify_certificate(leaf, anchors=[leaf], at=AT).indication == "PASSED"
        for limits, expected in (({"trusted_until": AT}, "EXPIRED"), ({"trusted_from": AT + DAY}, "NOT_YET_VALID")):
            withdrawn = verify_certificate(leaf, anchors=[TrustAnchor(read(leaf), **limits)], at=AT)
            assert (withdrawn.indication, withdrawn.sub_indication) == ("FAILED", expected)
        late = verify_certificate(leaf, anchors=[leaf], at=AT + 1000 * DAY)
        assert (late.indication, late.sub_indication) == ("FAILED", "EXPIRED")


class TestPurposes:
    def test_extended_key_usage(self) -> None:
        server, client = oid("1.3.6.1.5.5.7.3.1"), "1.3.6.1.5.5.7.3.2"
        chain = Chain(leaf={"extensions": ((x509.ExtendedKeyUsage([server]), False),)})
        assert chain.report(extended_key_usage=[server.dotted_string]).indication == "PASSED"
        assert failed(chain.report(extended_key_usage=[client])) == ["extended-key-usage"]

    def test_key_usage(self) -> None:
        chain = Chain(leaf={"key_usage": usage("content_commitment")})
        assert chain.report(key_usage=["nonRepudiation"]).indication == "PASSED"
        assert failed(chain.report(key_usage=["digitalSignature"])) == ["key-usage"]

    def test_names(self) -> None:
        names = x509.SubjectAlternativeName([x509.DNSName("*.example.com")])
        chain = Chain(leaf={"extensions": ((names, False),)})
        assert chain.report(names=[GeneralName("dns", "a.EXAMPLE.com")]).indication == "PASSED"
        assert failed(chain.report(names=[GeneralName("dns", "a.b.example.com")])) == ["names-carried"]


def test_policies_of_a_path_that_holds_are_reported() -> None:
    stated = ((policies("1.2.3", "1.2.4"), False),)
    chain = Chain(leaf={"extensions": stated}, issuer={"extensions": stated})
    assert chain.report().policies == {"1.2.3", "1.2.4"}
    assert chain.report(initial_policies=["1.2.3"], require_explicit_policy=True).policies == {"1.2.3"}
    refused = chain.report(initial_policies=["1.2.9"], require_explicit_policy=True)
    assert failed(refused) == ["explicit-policy"]
    assert refused.policies == frozenset()


def test_formalities_are_warnings_where_nobody_is_strict() -> None:
    names = x509.SubjectAlternativeName([x509.DNSName("a_b.example")])
    chain = Chain(leaf={"extensions": ((names, False),)})
    report = chain.report(strict=False)
    assert report.indication == "PASSED"
    assert "warned" in [check.outcome for check in report.path.checks]


def test_key_identifiers_are_used_by_both_or_by_neither() -> None:
    root = Authority("Root")
    plain = root.root(identifiers=False)
    leaf_plain, leaf = root.certify("Leaf", identifiers=False), root.certify("Leaf")
    arguments = {"at": AT, "revocation": "off"}
    assert verify_certificate(leaf_plain, anchors=[plain], **arguments).indication == "PASSED"
    assert failed(verify_certificate(leaf, anchors=[plain], **arguments)) == ["key-identifiers"]
    assert failed(verify_certificate(leaf_plain, anchors=[root.root()], **arguments)) == ["key-identifiers"]
