"""Documents checked at Chromium: each kind of verdict, in each language, by choosing, by dropping, and without a script."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator

import pytest

from tests.bridge.chromium import LOCALES, Window, chromium, playwright
from tests.bridge.demo import Demo
from tests.integration.demo_documents import Workshop
from tests.requirements import vectors
from tests.unit.signatures.forge import Authority
from tests.unit.signatures.formats import pdf_forge as forge

Open = Callable[[str], Window]
Files = dict[str, tuple[str, bytes]]

VERDICTS = {
    # what is in the picture of each page, and what each region says
    "good": ("TOTAL_PASSED", {"GD": "recognised", "HK": "recognised", "MO": "not-recognised"}),
    "changed": ("TOTAL_FAILED", {"GD": "not-recognised", "HK": "not-recognised", "MO": "not-recognised"}),
    "sealed": ("TOTAL_PASSED", {"GD": "recognised", "HK": "recognised", "MO": "recognised"}),
    "sealed-changed": ("TOTAL_FAILED", {"GD": "not-recognised", "HK": "not-recognised", "MO": "not-recognised"}),
    "forged": ("TOTAL_FAILED", {"GD": "not-recognised", "HK": "not-recognised", "MO": "not-recognised"}),
    "unrecognised": ("TOTAL_PASSED", {"GD": "recognised", "HK": "not-recognised", "MO": "not-recognised"}),
    "untrusted": ("INDETERMINATE", {"GD": "not-recognised", "HK": "not-recognised", "MO": "not-recognised"}),
}


LACKING = """() => {
    const found = [], all = selector => [...document.querySelectorAll(selector)];
    const levels = all('h1, h2, h3, h4').map(one => Number(one.tagName[1]));
    levels.forEach((level, i) => { if (i && level > levels[i - 1] + 1) found.push(`h${level} below h${levels[i - 1]}`); });
    all('img:not([alt])').forEach(one => found.push(`no text for ${one.className}`));
    all('input:not([type=hidden])').filter(one => !one.labels.length).forEach(one => found.push(`no label: ${one.name}`));
    all('button, a').filter(one => !one.textContent.trim()).forEach(one => found.push(`no name: ${one.outerHTML}`));
    const ids = all('[id]').map(one => one.id);
    ids.filter((id, i) => ids.indexOf(id) !== i).forEach(id => found.push(`twice: ${id}`));
    return found;
}"""
"""What is missing on a page for those who hear or feel it: headings in order, texts for pictures, labels, names."""


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def open_window(browser: playwright.Browser) -> Iterator[Open]:
    """Give a function that opens a private window; what the browser complains of in it fails the test."""
    windows: list[Window] = []

    def open_(language: str) -> Window:
        windows.append(Window(browser, language))
        return windows[-1]

    yield open_
    complaints = [complaint for window in windows for complaint in window.complaints]
    for window in windows:
        window.close()
    assert complaints == []


@pytest.fixture(scope="module")
def files(demo: Demo) -> Files:
    shop = Workshop(demo)
    return {
        "good": ("contract.pdf", shop.contract()),
        "changed": ("contract.pdf", shop.changed_contract()),
        "sealed": ("letter.ofd", shop.letter()),
        "sealed-changed": ("letter.ofd", shop.changed_letter()),
        "forged": ("letter.ofd", shop.forged_letter()),
        "unrecognised": ("letter.ofd", shop.letter("gd-company-plain")),
        "untrusted": ("invoice.ofd", vectors("ofd", "1.ofd").read_bytes()),
    }


def choose(window: Window, demo: Demo, file: tuple[str, bytes]) -> None:
    """Go to the page, choose a file, and have it checked."""
    window.open(f"{demo.issuer}/verify?lang={window.language}")
    name, content = file
    window.page.set_input_files("#verify [name=file]", {"name": name, "mimeType": "", "buffer": content})
    window.page.click("#check")


def said(window: Window) -> tuple[str, dict[str, str]]:
    answers = window.page.locator(".answers > li")
    pairs = [(one.get_attribute("data-region"), one.get_attribute("data-answer")) for one in answers.all()]
    return window.page.get_attribute("#main", "data-indication") or "", {str(region): str(answer) for region, answer in pairs}


@pytest.mark.parametrize("language", LOCALES)
def test_every_kind_of_verdict_in_every_language(demo: Demo, open_window: Open, files: Files, language: str) -> None:
    window = open_window(language)
    window.open(f"{demo.issuer}/verify?lang={language}")
    window.look("#verify", "documents-form")
    for kind, expected in VERDICTS.items():
        choose(window, demo, files[kind])
        window.look("main[data-indication]", f"document-{kind}")
        assert said(window) == expected, kind
        assert window.page.evaluate("document.activeElement.id") == "main"
        assert window.page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), kind


def test_pictures_are_seen(demo: Demo, open_window: Open, files: Files) -> None:
    window = open_window("en")
    choose(window, demo, files["changed"])
    window.page.wait_for_selector("[data-changed]")
    sizes = "figure => figure.map(f => f.getBoundingClientRect()).map(b => b.width > 150 && b.height > 200)"
    assert window.page.locator(".page-picture").evaluate_all(sizes) == [True, True]
    loaded = """async () => Promise.all([...document.querySelectorAll('image, img')].map(e => new Promise(done => {
        const image = new Image();
        image.onload = () => done(image.naturalWidth > 0); image.onerror = () => done(false);
        image.src = e.getAttribute('href') ?? e.getAttribute('src'); })))"""
    assert set(window.page.evaluate(loaded)) == {True}
    choose(window, demo, files["sealed"])
    window.page.wait_for_selector("img.seal")
    assert set(window.page.evaluate(loaded)) == {True}


def test_a_file_can_be_dropped(demo: Demo, open_window: Open, files: Files) -> None:
    window = open_window("en")
    window.open(f"{demo.issuer}/verify?lang=en")
    name, content = files["sealed"]
    transfer = window.page.evaluate_handle(
        """([name, content]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([Uint8Array.from(atob(content), c => c.charCodeAt(0))], name));
            return transfer;
        }""",
        [name, base64.b64encode(content).decode()],
    )
    window.page.dispatch_event("h1", "dragover", {"dataTransfer": transfer})
    assert window.page.locator(".dropping").count() == 1
    window.page.dispatch_event("h1", "drop", {"dataTransfer": transfer})
    assert window.page.locator(".dropping").count() == 0
    window.page.click("#check")
    window.page.wait_for_selector("main[data-indication=TOTAL_PASSED]")


def test_progress_is_told_and_a_broken_line_as_well(demo: Demo, open_window: Open, files: Files) -> None:
    window = open_window("en")
    held: list[playwright.Route] = []
    window.page.route("**/verify", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    choose(window, demo, files["sealed"])
    window.page.wait_for_selector("#progress:not([hidden])")
    assert window.page.is_disabled("#check")
    assert window.page.get_attribute("#progress", "aria-live") == "polite"
    while not held:
        window.page.wait_for_timeout(50)
    held.pop().abort()
    window.page.wait_for_selector("#progress p:has-text('broke off')")
    assert window.page.is_enabled("#check")
    window.complaints.clear()  # the browser's own word on the broken line
    window.page.unroute("**/verify")
    window.page.click("#check")
    window.page.wait_for_selector("main[data-indication]")


def test_a_file_that_is_too_large_is_not_even_sent(demo: Demo, open_window: Open) -> None:
    window = open_window("en")
    window.open(f"{demo.issuer}/verify?lang=en")
    window.page.evaluate("document.getElementById('verify').dataset.max = 10")
    window.page.set_input_files("#verify [name=file]", {"name": "a", "mimeType": "", "buffer": b"12345678901"})
    window.page.click("#check")
    window.page.wait_for_selector("#progress p:has-text('too large')")
    assert window.page.is_enabled("#check")


def test_a_refused_file_can_be_followed_by_another_and_the_way_back_is_open(
    demo: Demo, open_window: Open, files: Files
) -> None:
    window = open_window("en")
    choose(window, demo, ("notes.txt", b"nothing signed"))
    window.look("#problem", "document-unknown")
    (complaint,) = window.complaints  # the answer's status
    assert complaint.startswith("400 ")
    window.complaints.clear()
    window.page.set_input_files("#verify [name=file]", {"name": "a.ofd", "mimeType": "", "buffer": files["sealed"][1]})
    window.page.click("#check")
    window.page.wait_for_selector("main[data-indication]")
    window.page.go_back()
    window.page.wait_for_selector("#verify")


def test_the_report_can_be_saved(demo: Demo, open_window: Open, files: Files) -> None:
    window = open_window("en")
    choose(window, demo, files["good"])
    window.page.wait_for_selector("[data-download]")
    with window.page.expect_download() as download:
        window.page.click("[data-download=json]")
    assert download.value.suggested_filename == "contract.pdf.report.json"
    assert json.loads(download.value.path().read_bytes())["indication"] == "TOTAL_PASSED"


def test_a_sample_is_tried_and_read_in_another_language_by_keyboard_alone(demo: Demo, open_window: Open) -> None:
    window = open_window("en")
    window.open(f"{demo.issuer}/verify?lang=en")
    tab_to(window, "value", "notice-changed.ofd")
    window.page.keyboard.press("Enter")
    window.look("main[data-indication=TOTAL_FAILED]", "sample-changed")
    tab_to(window, "lang", "zh-Hant")
    window.page.keyboard.press("Enter")
    window.look("html[lang=zh-Hant] main[data-indication=TOTAL_FAILED]", "sample-changed", "zh-Hant")


def tab_to(window: Window, attribute: str, value: str) -> None:
    """Press the tabulator until a control is reached, and see that it shows it."""
    for _ in range(60):
        window.page.keyboard.press("Tab")
        if window.page.evaluate("name => document.activeElement.getAttribute(name)", attribute) == value:
            assert window.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
            return
    pytest.fail(f"no way leads to {value}")


@pytest.mark.parametrize("size", [1_000, 3 << 20], ids=["within-the-page", "kept-by-the-script"])
def test_a_verdict_is_switched_to_another_language_where_it_stands(demo: Demo, open_window: Open, size: int) -> None:
    window = open_window("en")
    choose(window, demo, ("notes.txt.p7m", forge.cades(Authority().issue("Alice"), bytes(size))))
    for language in ("pt", "zh-Hans"):
        window.page.wait_for_selector("main[data-sub-indication=NO_CERTIFICATE_CHAIN_FOUND]")
        window.page.click(f"#languages [lang={language}]")
        window.look(f"html[lang={language}] main[data-indication]", f"switched-{size}", language)


def test_what_people_without_sight_need_is_there(demo: Demo, open_window: Open, files: Files) -> None:
    window = open_window("en")
    window.open(f"{demo.issuer}/verify?lang=en")
    assert window.page.evaluate(LACKING) == []
    for kind in ("changed", "sealed", "untrusted"):
        choose(window, demo, files[kind])
        window.page.wait_for_selector("main[data-indication]")
        window.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert window.page.evaluate(LACKING) == [], kind


def test_without_a_script_the_form_is_an_ordinary_one(demo: Demo, browser: playwright.Browser, files: Files) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{demo.issuer}/verify?lang=en")
    assert page.is_hidden(".drop-hint")
    name, content = files["sealed-changed"]
    page.set_input_files("#verify [name=file]", {"name": name, "mimeType": "", "buffer": content})
    page.click("#check")
    page.wait_for_selector("main[data-indication=TOTAL_FAILED]")
    assert page.locator("figure[data-state=changed]").count() == 1
    context.close()
