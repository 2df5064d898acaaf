"""Every page, in every language: sound HTML that needs nothing from elsewhere and carries the hooks that others rely on."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import fields
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from lxml import html

from idbridge.web import docs_views, document_views, trust_views, views, wording
from idbridge.web.languages import LANGUAGES
from idbridge.web.pages import Page, bridge_assets, bridge_pages
from idbridge.web.views import Frame
from tests.integration.sample_views import SAMPLES

ASSETS = bridge_assets()
PAGES = bridge_pages(ASSETS)
TAGS = [spoken.tag for spoken in LANGUAGES]
VOID = {"meta", "link", "input", "br", "img"}


def frame(tag: str, **changes: str) -> Frame:
    return Frame(
        **{"language": tag, "csrf_token": "t0k<n", "here": "/x?a=1", "account": "陳大文", "sign_out": "/out", **changes}
    )


def page(name: str, tag: str = "en", **changes: str) -> html.HtmlElement:
    return html.document_fromstring(PAGES.render(SAMPLES[name], frame(tag, **changes)))


@pytest.fixture(scope="module", params=[(name, tag) for name in SAMPLES for tag in TAGS], ids="-".join)
def rendered(request: pytest.FixtureRequest) -> tuple[str, str]:
    name, tag = request.param
    return tag, PAGES.render(SAMPLES[name], frame(tag))


class Nesting(HTMLParser):
    """Refuses what a browser would have to repair: elements closed out of order, attributes given twice."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert max(Counter(name for name, _ in attrs).values(), default=1) == 1, (tag, attrs)
        if tag not in VOID and tag != "path":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID or tag == "path", tag

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, self.getpos()


def test_the_markup_is_sound(rendered: tuple[str, str]) -> None:
    tag, text = rendered
    nesting = Nesting()
    nesting.feed(text)
    assert nesting.open == []
    assert text.lstrip().startswith("<!doctype html>")
    root = html.document_fromstring(text)
    assert root.get("lang") == tag
    assert len(root.xpath("//h1")) == len(root.xpath("//main")) == len(root.xpath("//title")) == 1
    identifiers = root.xpath("//@id")
    assert len(identifiers) == len(set(identifiers))
    for reference in root.xpath("//@aria-labelledby | //@aria-describedby | //label/@for"):
        assert reference in identifiers


def test_nothing_is_inline_and_nothing_is_loaded_from_elsewhere(rendered: tuple[str, str]) -> None:
    root = html.document_fromstring(rendered[1])
    assert not root.xpath("//style | //@style | //script[not(@src)] | //iframe | //base")
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]
    loaded = root.xpath("//script/@src | //link/@href")
    drawn = root.xpath("//img/@src")
    assert all(url.startswith(("data:image/svg+xml;base64,", "/trust-lists/")) for url in drawn)
    assert loaded
    assert all(url.removeprefix("/static/") in ASSETS.files for url in loaded)


def test_headings_descend_one_level_at_a_time(rendered: tuple[str, str]) -> None:
    levels = [int(element.tag[1]) for element in html.document_fromstring(rendered[1]).xpath("//h1|//h2|//h3|//h4")]
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


def test_every_control_has_a_name_and_every_form_the_token(rendered: tuple[str, str]) -> None:
    root = html.document_fromstring(rendered[1])
    for control in root.xpath("//input[not(@type='hidden')]"):
        assert control.xpath("ancestor::label") or control.get("aria-label")
    for element in root.xpath("//a | //button | //summary"):
        assert element.text_content().strip() or element.get("aria-label")
    for form in root.xpath("//form[@id!='form-post' or not(@id)]"):
        assert form.get("method") == "post"
        assert form.xpath(".//input[@name='csrf']/@value") == ["t0k<n"]


def test_links_to_the_other_languages_keep_the_place() -> None:
    links = page("me", "pt").xpath("//nav[contains(@class, 'languages')]//a")
    assert [(link.get("href"), link.get("lang")) for link in links] == [(f"/x?a=1&lang={tag}", tag) for tag in TAGS]
    assert [link.get("lang") for link in links if link.get("aria-current")] == ["pt"]
    assert not page("me", here="").xpath("//nav[contains(@class, 'languages')]")


HOSTILE = '"><script>alert(1)</script>%(x)s'
HOSTILE_REGION = views.Region("XX", HOSTILE, (views.Phrase(HOSTILE, HOSTILE),))
HOSTILE_PORTAL = views.Portal(HOSTILE, HOSTILE_REGION, HOSTILE, HOSTILE)


@pytest.mark.parametrize(
    "view",
    [
        views.ChooseRegion(
            action=HOSTILE, cancel=HOSTILE, choices=(views.RegionChoice(HOSTILE_REGION),), portal=HOSTILE_PORTAL
        ),
        views.Waiting(region=HOSTILE_REGION, status=HOSTILE, again=HOSTILE, cancel=HOSTILE, code=HOSTILE),
        views.Consent(
            action=HOSTILE,
            portal=HOSTILE_PORTAL,
            source=views.Region("YY", HOSTILE),
            claims=(views.ClaimLine(name=HOSTILE, values=(HOSTILE,), label=HOSTILE),),
            purpose=HOSTILE,
            person=HOSTILE,
        ),
        views.Problem(code=HOSTILE, status=400, incident=HOSTILE, region=HOSTILE_REGION, portal=HOSTILE_PORTAL, back=HOSTILE),
        views.ConfirmLink(
            action="/", cancel="/", known=HOSTILE_REGION, added=HOSTILE_REGION, person=HOSTILE, added_person=HOSTILE
        ),
        views.ConfirmUnlink(action="/", cancel="/", region=HOSTILE_REGION, remaining=(HOSTILE_REGION,)),
        views.LinkChanged(region=HOSTILE_REGION, change="linked"),
        views.SignedOut(portal=HOSTILE_PORTAL, back=HOSTILE, regions=(HOSTILE_REGION,)),
    ],
    ids=lambda view: type(view).__name__,
)
def test_a_strangers_words_stay_words(view: Page) -> None:
    text = PAGES.render(view, frame("zh-Hans", here=f"/x?a={HOSTILE}", account=HOSTILE, csrf_token=HOSTILE))
    assert "<script>" not in text


# --- hooks -----------------------------------------------------------------------------------------------------------


def test_the_chooser_carries_each_region_and_its_services_own_names() -> None:
    root = page("choose-region")
    assert root.xpath("//button[@name='region']/@data-region") == ["GD", "HK", "MO"]
    assert root.xpath("//button[@name='region']/@value") == ["GD", "HK", "MO"]
    assert root.xpath("//button[@disabled]/@data-region") == ["MO"]
    text = root.text_content()
    for name in ("粤省事", "粤商通", "智方便", "iAM Smart", "一戶通", "Conta Única"):
        assert name in text
    assert wording.OBSTACLES["unavailable"] in text


def test_consent_can_be_allowed_denied_and_narrowed() -> None:
    (form,) = page("consent").xpath("//form[@id='consent']")
    assert form.xpath(".//button[@name='decision']/@value") == ["allow", "deny"]
    assert form.xpath(".//input[@name='claim']/@value") == ["phone_number", "email", "email_verified", "address"]
    assert form.xpath(".//input[@name='claim'][@checked]/@value") == ["email"]
    assert form.xpath(".//@data-cross-border") == ["GD"]
    assert not form.xpath(".//*[@required]")
    for value in ("陳大文", "CHAN Tai Man", "1 July 1988", "Hong Kong identity card", "Male", "tai.man@mail.example"):
        assert value in form.text_content()


def test_separate_consent_does_not_stand_in_the_way_of_denying() -> None:
    (form,) = page("consent-separate").xpath("//form[@id='consent']")
    assert form.xpath(".//input[@name='cross_border']/@required")
    assert form.xpath(".//button[@value='deny']/@formnovalidate")


def test_a_problem_names_its_code_the_region_and_the_ways_out() -> None:
    root = page("problem-region", "zh-Hant")
    assert root.xpath("//main/@data-error") == ["region_unavailable"]
    assert root.xpath("//@data-failed-region") == ["HK"]
    assert root.xpath("//main//a/@href") == ["/region", "/region/HK", "/back"]
    assert "香港沒有回應" in root.findtext(".//h1")
    assert "01JX-7K2M-9QRT" in root.text_content()


@pytest.mark.parametrize("code", sorted(wording.PROBLEMS))
@pytest.mark.parametrize("tag", TAGS)
def test_every_problem_has_its_page(code: str, tag: str) -> None:
    text = PAGES.render(views.Problem(code=code, status=400, region=views.Region("MO")), frame(tag))
    assert f'data-error="{code}"' in text
    assert "%(" not in text


def test_the_last_region_cannot_be_unlinked() -> None:
    assert page("me-links").xpath("//@data-unlink") == ["HK", "GD"]
    assert not page("me-links-last").xpath("//@data-unlink")


def test_moments_are_told_in_local_time_and_the_languages_own_way() -> None:
    for tag, expected in [
        ("zh-Hans", "2026年3月9日 07:59"),
        ("zh-Hant", "2026年3月9日 07:59"),
        ("en", "9 March 2026, 07:59"),
        ("pt", "9 de março de 2026, 07:59"),
    ]:
        (shown,) = page("me-activity", tag).xpath("//time[@datetime='2026-03-08T23:59:00+00:00']/text()")
        assert shown == expected


def test_the_waiting_page_goes_on_without_javascript() -> None:
    text = PAGES.render(SAMPLES["waiting"], frame("en"))
    assert '<noscript><meta http-equiv="refresh" content="5;url=/wait"></noscript>' in text
    assert page("waiting").xpath("//*[@role='status']/@data-status") == ["/wait/status"]


def test_the_answer_posted_to_a_portal_carries_its_fields_and_no_token() -> None:
    (form,) = page("form-post").xpath("//form[@id='form-post']")
    assert [(field.get("name"), field.get("value")) for field in form.xpath(".//input")] == [
        ("code", "abc"),
        ("state", '"><script>'),
    ]
    assert form.xpath(".//button")


def test_every_view_has_a_sample() -> None:
    rooms = (views, trust_views, document_views, docs_views)
    kinds = [kind for room in rooms for kind in vars(room).values()]
    pages = {kind for kind in kinds if isinstance(kind, type) and hasattr(kind, "template")}
    assert {type(sample) for sample in SAMPLES.values()} == pages
    assert all(not field.name.startswith("_") for kind in pages for field in fields(kind))


def test_every_problem_says_one_sentence_or_two() -> None:
    for words in wording.PROBLEMS.values():
        assert all(1 <= len(re.findall(r"[.?!](?:\s|$)", text)) <= 3 for text in (words.happened, words.remedy))
