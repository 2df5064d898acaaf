"""A person at Chromium signs a PDF with iAM Smart: from the portal through the app's pages to a document that verifies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import urllib3

from tests.bridge.chromium import LOCALES, Window, chromium, playwright
from tests.bridge.demo import Demo
from tests.integration.test_browser import approve, provider_language
from tests.unit.signatures.making.pdf.papers import PAPERS

Open = Callable[[str], Window]


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def open_window(browser: playwright.Browser) -> Iterator[Open]:
    windows: list[Window] = []

    def open_(language: str) -> Window:
        windows.append(Window(browser, language))
        return windows[-1]

    yield open_
    complaints = [complaint for window in windows for complaint in window.complaints]
    for window in windows:
        window.close()
    assert complaints == []


def to_the_code(window: Window, demo: Demo, persona: str, press: str) -> str:
    """From the portal's form to the page with the code, which is returned."""
    window.press(press)
    approve(window, "HK", persona)
    window.look("main[data-portal=sign-compare]", "sign-compare")
    return window.page.inner_text("[data-code]")


def downloaded(window: Window, folder: Path) -> bytes:
    with window.page.expect_download() as waiting:
        window.page.click("#download")
    path = folder / "downloaded.pdf"
    waiting.value.save_as(path)
    return path.read_bytes()


def verified(demo: Demo, data: bytes) -> dict:
    answer = urllib3.request(
        "POST", f"{demo.issuer}/api/v1/verifications", fields={"document": ("signed.pdf", data)}, timeout=60
    )
    assert answer.status == 200, answer.data
    return json.loads(answer.data)


def signed(window: Window, name: str) -> None:
    """Wait for the signature, which comes in the background, however busy the machine is."""
    window.page.wait_for_selector("main[data-portal=signed]", timeout=60_000)
    window.look("main[data-portal=signed]", name)


@pytest.mark.parametrize("language", LOCALES)
def test_a_person_signs_the_sample_in_their_language(demo: Demo, open_window: Open, language: str, tmp_path: Path) -> None:
    window = open_window(language)
    window.open(f"{demo.portal}/?lang={language}")
    window.press("#sign-document")
    window.look("main[data-portal=sign]", "sign")
    code = to_the_code(window, demo, "chan-siu-man", "#sign-sample")
    window.press("#continue")
    window.look("main[data-signing]", "provider-HK-sign", provider_language(window, "HK"))
    assert window.page.inner_text("[data-code]") == code
    window.press("#approve")
    signed(window, "signed")
    report = verified(demo, downloaded(window, tmp_path))
    (signature,) = report["signatures"]
    assert signature["integrity"] == "intact"
    assert (signature["signer"]["name"], signature["signer"]["region"]) == ("CHAN Siu Man", "HK")
    assert signature["scope"][0]["whole_document"] is True
    assert signature["recognition"]["GD"]["answer"] == "recognised"
    window.press("#verify")
    assert window.page.url.startswith(f"{demo.issuer}/verify")


def test_a_file_of_ones_own_and_a_no(demo: Demo, open_window: Open, tmp_path: Path) -> None:
    own = tmp_path / "我的合約.pdf"
    own.write_bytes(PAPERS["stream"])
    window = open_window("zh-Hant")
    window.open(f"{demo.portal}/sign?lang=zh-Hant")
    window.page.set_input_files("input[name=document]", own)
    to_the_code(window, demo, "ho-sou-fan", "#sign-file")
    window.press("#continue")
    window.press("#cancel")
    window.look("main[data-error=rejected]", "not-signed")
    window.press("main .button")
    window.page.set_input_files("input[name=document]", own)
    window.page.uncheck("input[name=visible]")
    to_the_code(window, demo, "ho-sou-fan", "#sign-file")
    window.press("#continue")
    window.press("#approve")
    signed(window, "signed-own")
    data = downloaded(window, tmp_path)
    assert data.startswith(PAPERS["stream"])
    assert verified(demo, data)["signatures"][0]["signer"]["name"] == "HO Sou Fan"


def test_who_cannot_sign_is_told_why(demo: Demo, open_window: Open) -> None:
    window = open_window("en")
    window.open(f"{demo.portal}/sign?lang=en")
    window.press("#sign-sample")
    approve(window, "HK", "wong-ka-yan")
    window.look("main[data-error=signing-not-allowed]", "sign-not-allowed")
