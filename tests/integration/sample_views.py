"""One or more views of every page, filled with the kind of data that real ones carry: for tests and for looking at."""

from __future__ import annotations

from datetime import UTC, date, datetime

from idbridge.identity.assurance import Assurance
from idbridge.web import views
from idbridge.web.openapi.document import openapi_document
from idbridge.web.openapi.reading import docs_page
from idbridge.web.views import Phrase, Portal, Region, RegionChoice
from tests.integration.sample_document_views import DOCUMENT_SAMPLES
from tests.integration.sample_trust_views import TRUST_SAMPLES

GD, HK, MO = Region("GD"), Region("HK"), Region("MO")
FOURTH = Region("XF", "Fourth region", (Phrase("Sample ID", "en"),))

PERMITS = Portal("Zhuhai Business Permits", GD, "Zhuhai Administrative Services Bureau", "https://permits.example/privacy")
LIBRARY = Portal("Bay Area Libraries")
LONG = Portal(
    "Serviço de Consulta Transfronteiriça de Procedimentos Administrativos e Licenciamento da Grande Baía", MO, "SAFP"
)

COMPANY = views.OrganisationChoice(
    value="org-1",
    names=(Phrase("珠海示例科技有限公司", "zh-Hans"), Phrase("Zhuhai Sample Technology Co., Ltd.", "en")),
    registration="91440400MA4XEXAMPL",
    role="Authorised staff",
)
SHOP = views.OrganisationChoice(value="org-2", names=(Phrase("示例茶餐廳", "zh-Hant"),), registration="C0012345")


def at(day: int, hour: int = 2, minute: int = 5) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


CLAIMS = (
    views.ClaimLine(name="name", values=("陳大文", "CHAN Tai Man")),
    views.ClaimLine(name="birthdate", values=(date(1988, 7, 1),)),
    views.ClaimLine(name="document_kinds", values=("HKID", "MAINLAND-TRAVEL-PERMIT"), sensitive=True),
    views.ClaimLine(name="gender", values=("male",)),
    views.ClaimLine(name="phone_number", values=("+852 5123 4567",), essential=False),
    views.ClaimLine(name="email", values=("tai.man@mail.example",), essential=False, chosen=True),
    views.ClaimLine(name="email_verified", values=(True,), essential=False),
    views.ClaimLine(name="address", essential=False, sensitive=True),
)

LAST = views.SignIn(at=at(9), region=HK, assurance=Assurance.HIGH, portal=PERMITS.name)
SIGN_INS = (
    LAST,
    views.SignIn(at=at(8, 23, 59), region=MO, assurance=Assurance.LOW, portal=LIBRARY.name, outcome="cancelled"),
    views.SignIn(at=at(8), region=GD, assurance=Assurance.SUBSTANTIAL),
    views.SignIn(at=at(7), region=FOURTH, assurance=Assurance.NONE, portal=LIBRARY.name, outcome="refused"),
)

SAMPLES: dict[str, object] = {
    "docs": docs_page(openapi_document("https://id.example")),
    "choose-region": views.ChooseRegion(
        action="/region",
        cancel="/cancel",
        portal=PERMITS,
        choices=(RegionChoice(GD), RegionChoice(HK, used_last=True), RegionChoice(MO, "unavailable")),
    ),
    "choose-region-stronger": views.ChooseRegion(
        action="/region",
        cancel="/cancel",
        portal=LONG,
        reason="stronger",
        choices=(RegionChoice(GD), RegionChoice(HK), RegionChoice(MO, "insufficient"), RegionChoice(FOURTH, "disabled")),
    ),
    "choose-region-link": views.ChooseRegion(
        action="/region",
        cancel="/cancel",
        reason="link",
        choices=(RegionChoice(GD, "linked"), RegionChoice(HK, "not-accepted"), RegionChoice(MO)),
    ),
    "waiting": views.Waiting(region=HK, status="/wait/status", again="/wait", cancel="/cancel"),
    "waiting-code": views.Waiting(region=HK, status="/wait/status", again="/wait", cancel="/cancel", code="7Q4X"),
    "choose-organisation": views.ChooseOrganisation(
        action="/organisation", portal=PERMITS, person="陳大文", organisations=(COMPANY, SHOP)
    ),
    "choose-organisation-only": views.ChooseOrganisation(
        action="/organisation", portal=PERMITS, person="陳大文", organisations=(COMPANY,), may_act_alone=False
    ),
    "consent": views.Consent(
        action="/consent",
        portal=PERMITS,
        source=HK,
        claims=CLAIMS,
        person="陳大文",
        purpose="To check who applies for a business permit",
        represents=COMPANY,
        offline=True,
        until=date(2027, 3, 9),
    ),
    "consent-separate": views.Consent(
        action="/consent", portal=LONG, source=GD, claims=CLAIMS[:2], purpose="Para o seu pedido", separate=True
    ),
    "consent-nothing": views.Consent(action="/consent", portal=LIBRARY, source=MO, claims=()),
    "form-post": views.FormPost(action="/answer", fields=(("code", "abc"), ("state", '"><script>')), portal=PERMITS),
    "me": views.Overview(person="陳大文", regions=(GD, HK), consents=2, last_sign_in=LAST),
    "me-new": views.Overview(person="CHAN Tai Man", regions=(MO,), consents=0),
    "me-links": views.Links(
        linked=(
            views.LinkedRegion(region=HK, since=at(1), last_used=at(9), assurance=Assurance.HIGH, unlink="/me/links/HK/unlink"),
            views.LinkedRegion(
                region=GD, since=at(2), last_used=None, assurance=Assurance.SUBSTANTIAL, unlink="/me/links/GD/unlink"
            ),
        ),
        link="/me/links/new",
    ),
    "me-links-last": views.Links(
        linked=(views.LinkedRegion(region=MO, since=at(1), last_used=at(9), assurance=Assurance.LOW),), link="/me/links/new"
    ),
    "me-consents": views.Consents(
        given=(
            views.GivenConsent(
                value="c1",
                portal=PERMITS,
                claims=("name", "birthdate", "document_kinds"),
                since=at(1),
                until=date(2027, 3, 1),
                offline=True,
                last_used=at(9),
            ),
            views.GivenConsent(value="c2", portal=LIBRARY, claims=(), since=at(5)),
        ),
        revoke="/me/consents/revoke",
        revoked=LONG.name,
    ),
    "me-consents-none": views.Consents(given=(), revoke="/me/consents/revoke"),
    "me-activity": views.Activity(
        sign_ins=SIGN_INS,
        sessions=(
            views.Session(
                value="s1", device="Chrome, Android", since=at(9), region=HK, current=True, portals=(PERMITS.name, LIBRARY.name)
            ),
            views.Session(value="s2", device="Firefox, Windows", since=at(3), region=GD),
        ),
        end="/me/sessions/end",
        older="/me/activity?before=3",
    ),
    "me-activity-none": views.Activity(sign_ins=(), sessions=(), end="/me/sessions/end"),
    "link-confirm": views.ConfirmLink(
        action="/link", cancel="/cancel", known=HK, added=GD, person="陳大文", added_person="陈大文"
    ),
    "unlink-confirm": views.ConfirmUnlink(action="/unlink", cancel="/me/links", region=GD, remaining=(HK, MO)),
    "linked": views.LinkChanged(region=GD, change="linked"),
    "unlinked": views.LinkChanged(region=GD, change="unlinked"),
    "already-linked": views.LinkChanged(region=GD, change="already-linked"),
    "sign-out": views.SignOut(action="/sign-out", portal=PERMITS, fields=(("state", "xyz"),)),
    "sign-out-plain": views.SignOut(action="/sign-out"),
    "signed-out": views.SignedOut(portal=PERMITS, back="https://permits.example/", regions=(HK,)),
    "signed-out-plain": views.SignedOut(),
    "problem-region": views.Problem(
        code="region_unavailable",
        status=502,
        incident="01JX-7K2M-9QRT",
        region=HK,
        portal=PERMITS,
        other_region="/region",
        retry="/region/HK",
        back="/back",
    ),
    "problem-client": views.Problem(code="unknown_client", status=400, incident="01JX-7K2M-9QRT"),
    "problem-missing": views.Problem(code="not_found", status=404),
    "problem-unknown": views.Problem(code="never_heard_of", status=418, back="/back"),
    "problem-server": views.Problem(code="never_heard_of", status=500, incident="01JX-7K2M-9QRT", retry="/"),
    "privacy": views.Privacy(contact="privacy@idbridge.example"),
    "accessibility": views.Accessibility(contact="pages@idbridge.example"),
    **TRUST_SAMPLES,
    **DOCUMENT_SAMPLES,
}
