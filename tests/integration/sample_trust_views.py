"""Views of the pages about trust, filled with the kind of data that real ones carry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from idbridge.web import trust_views
from idbridge.web.trust_views import Condition, Period
from idbridge.web.views import Region

GD, HK, MO = Region("GD"), Region("HK"), Region("MO")
BEGUN, ENDED = datetime(2012, 8, 1, tzinfo=UTC), datetime(2019, 12, 31, tzinfo=UTC)
NOW = datetime(2026, 3, 9, 2, 5, tzinfo=UTC)
PICTURE = "data:image/svg+xml;base64,PHN2Zy8+"

CURRENT = trust_views.RecognisedKind(
    name="e-Cert (Personal) with mutual recognition status",
    entry="hk-personal",
    region=HK,
    scheme="gd-hk",
    level="advanced",
    purposes=("authentication", "signature"),
    periods=(Period(granted=True, since=BEGUN, until=None),),
    conditions=(
        Condition("issuer", "Hongkong Post e-Cert CA 2 - 15"),
        Condition("root", "Hongkong Post Root CA 2"),
        Condition("subject", "Hongkong Post e-Cert (Personal)"),
        Condition("policy", "2.16.344.8.2.2008.810.2"),
    ),
)
FORMER = trust_views.RecognisedKind(
    name="100 % “former” type",
    entry="hk-former",
    region=HK,
    scheme="https://elsewhere.example/scheme",
    level="qualified",
    purposes=("seal", "unheard-of"),
    periods=(Period(granted=False, since=ENDED, until=None), Period(granted=True, since=BEGUN, until=ENDED)),
    conditions=(Condition("policy-exact", "1.2.3"),),
)
OWN = trust_views.ListedService(
    name="SM2 root",
    provider="Demonstration Certification",
    type="http://uri.etsi.org/TrstSvc/Svctype/CA/PKC",
    periods=CURRENT.periods,
)
GUANGDONG = trust_views.ListedRegion(
    region=GD,
    standing="current",
    xml="/api/v1/trust-lists/GD",
    sequence=12,
    issued=NOW - timedelta(days=3),
    age=timedelta(days=3),
    next_update=NOW + timedelta(days=177),
    refresh=trust_views.Refresh(NOW, "list-is-html", succeeded=False),
    own=(OWN,),
    recognised=(CURRENT, FORMER),
    agreements=(trust_views.Agreement(region=HK, scheme="gd-hk", identifier="e-Cert", periods=CURRENT.periods),),
)
EXPIRED = trust_views.ListedRegion(
    region=HK,
    standing="expired",
    xml="/api/v1/trust-lists/HK",
    sequence=7,
    issued=BEGUN,
    age=timedelta(days=4000),
    refresh=trust_views.Refresh(NOW, "accepted", succeeded=True),
)
MISSING = trust_views.ListedRegion(region=MO, standing="missing", xml="/api/v1/trust-lists/MO")

CROSSINGS = (
    trust_views.Cross(issuer="Root 1", issuer_region=GD, subject="Root 2", subject_region=HK, mutual=True),
    trust_views.Cross(issuer="Root 1", issuer_region=GD, subject="Root 3", subject_region=MO, mutual=False),
)

VERDICT = trust_views.CertificateVerdict(
    name="chan.pem",
    indication="PASSED",
    sub_indication="",
    at=NOW,
    subject="CN=陳大文,C=HK",
    issuer="CN=Hongkong Post e-Cert CA 2 - 15,C=HK",
    serial_number="6fadb744",
    not_before=BEGUN,
    not_after=NOW,
    regions=(
        trust_views.RegionAnswer(
            region=GD,
            answer="recognised",
            rule="policy",
            entry="hk-personal",
            scheme="gd-hk",
            level="advanced",
            rules=(("list-in-force", "passed", "sequence 12"), ("scheme", "skipped", "")),
        ),
        trust_views.RegionAnswer(region=HK, answer="recognised", rule="service", entry="Root CA 2"),
        trust_views.RegionAnswer(region=MO, answer="not-recognised", rule="entry-exists"),
    ),
    paths=(trust_views.PathLine(names=("陳大文", "CA", "Root"), indication="PASSED", chosen=True),),
    picture=PICTURE,
    fetched=(("crl", "http://crl.example/a.crl", "fetched"),),
)
DOUBTFUL = trust_views.CertificateVerdict(
    name="",
    indication="INDETERMINATE",
    sub_indication="NEVER_HEARD_OF",
    at=NOW,
    subject="CN=x",
    issuer="CN=y",
    serial_number="1",
    not_before=BEGUN,
    not_after=NOW,
    regions=(
        trust_views.RegionAnswer(region=GD, answer="cannot-tell", rule="path-valid", rules=(("path-valid", "unknown", ""),)),
    ),
    paths=(
        trust_views.PathLine(names=("x",), indication="FAILED", check="validity", about="x", clause="RFC 5280"),
        trust_views.PathLine(names=("x",), indication="INDETERMINATE", check="never-heard-of", clause="RFC 5280"),
    ),
    picture=PICTURE,
)

TRUST_SAMPLES: dict[str, object] = {
    "trust-lists": trust_views.TrustListsPage(
        lists=(GUANGDONG, EXPIRED, MISSING), graph="/trust-lists/graph.svg", crossings=CROSSINGS
    ),
    "trust-lists-none": trust_views.TrustListsPage(lists=(), graph="/trust-lists/graph.svg"),
    "verify": trust_views.VerifyPage(),
    "verify-malformed": trust_views.VerifyPage(problem="malformed"),
    "verify-unknown": trust_views.VerifyPage(problem="document-format-unknown", max_bytes=1 << 20),
    "certificate-verdict": VERDICT,
    "certificate-verdict-doubtful": DOUBTFUL,
}
