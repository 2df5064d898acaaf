"""Chromium without a screen, and a window of it that notices what a person would not: complaints on the console.

With ``IDBRIDGE_SCREENSHOTS`` naming a folder, every page that a test looks at is photographed there, narrow and wide, light
and dark.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import requirements

playwright = requirements.package("playwright.sync_api")

OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LOCALES = {"zh-Hans": "zh-CN", "zh-Hant": "zh-HK", "en": "en-GB", "pt": "pt-PT"}
"""What a browser of a person who reads the language says about itself."""

SIZES = ((390, 844), (1280, 900))
PATIENCE = 15_000
"""Milliseconds: everything runs on this machine, which may be busy with other tests."""


@contextmanager
def chromium() -> Iterator[playwright.Browser]:
    """Start the machine's Chromium."""
    executable = requirements.program("chromium", "chromium-browser", "google-chrome")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=list(OPTIONS))
        yield browser
        browser.close()


class Window:
    """One private window of a person who reads *language*."""

    def __init__(self, browser: playwright.Browser, language: str) -> None:
        self.language = language
        self.complaints: list[str] = []
        self._context = browser.new_context(
            locale=LOCALES[language], viewport={"width": 390, "height": 844}, reduced_motion="reduce"
        )
        self._context.set_default_timeout(PATIENCE)
        self.page = self._context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", self._loaded)

    def close(self) -> None:
        """Close the window."""
        self._context.close()

    def _heard(self, message: playwright.ConsoleMessage) -> None:
        # Chromium says of every document with an error status that it failed to load; that is `_loaded`'s to judge.
        if not message.text.startswith("Failed to load resource"):
            self.complaints.append(message.text)

    def _loaded(self, response: playwright.Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            self.complaints.append(f"{response.status} {response.url}")

    def open(self, url: str) -> None:
        """Go to an address."""
        self.page.goto(url)

    def press(self, selector: str) -> None:
        """Press a button or a link, and wait for the page it leads to."""
        self.page.click(selector)
        self.page.wait_for_load_state()

    def look(self, selector: str, name: str, language: str = "") -> None:
        """Wait for a page known by *selector*, check that it is in the right language, and photograph it as *name*."""
        self.page.wait_for_selector(selector)
        assert self.page.get_attribute("html", "lang") == (language or self.language), self.page.url
        assert self.page.locator("h1").count() == 1
        if folder := os.environ.get("IDBRIDGE_SCREENSHOTS"):
            self._photograph(Path(folder), f"{name}-{self.language}")

    def look_in_every_language(self, selector: str, name: str) -> None:
        """Look at a page, known by *selector*, in each language that it offers; the window's own comes last and stays."""
        for language in (*(tag for tag in LOCALES if tag != self.language), self.language):
            self.press(f"nav.languages a[hreflang={language}]")
            self.page.wait_for_selector(f"html[lang={language}] {selector}")
            assert self.page.locator("h1").count() == 1
            if folder := os.environ.get("IDBRIDGE_SCREENSHOTS"):
                self._photograph(Path(folder), f"{name}-{language}")

    def _photograph(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for width, height in SIZES:
            self.page.set_viewport_size({"width": width, "height": height})
            for scheme in ("light", "dark"):
                self.page.emulate_media(color_scheme=scheme)
                path = folder / f"{name}-{width}-{scheme}.png"
                self.page.screenshot(path=path, full_page=True)
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
