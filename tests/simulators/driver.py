"""Drives the bridge's protocol steps against simulated providers, without a network."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

from flask import Flask

from idbridge.exchange import ExchangeFailed, HttpRequest, HttpResponse, Steps

T = TypeVar("T")
Send = Callable[[HttpRequest], HttpResponse]


def drive(steps: Steps[T], send: Send) -> T:
    """Run steps to their result, sending each request and throwing failures into them, as the bridge does."""
    try:
        request = next(steps)
        while True:
            try:
                response = send(request)
            except ExchangeFailed as failure:
                request = steps.throw(failure)
            else:
                request = steps.send(response)
    except StopIteration as stop:
        return stop.value


def nobody(request: HttpRequest) -> HttpResponse:
    """Stand for a network where no host answers."""
    raise ExchangeFailed("unreachable", urlsplit(request.url).hostname or "")


def query_of(url: str) -> dict[str, str]:
    """Return a URL's query as a browser's callback would carry it."""
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


class Network:
    """Flask applications by origin, and a record of what was asked of them."""

    def __init__(self, **apps: Flask) -> None:
        self._apps = {f"https://{name}.example": app for name, app in apps.items()}
        self.requests: list[HttpRequest] = []

    def app(self, origin: str) -> Flask:
        return self._apps[origin]

    def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        parts = urlsplit(request.url)
        app = self._apps.get(f"{parts.scheme}://{parts.netloc}")
        if app is None:
            raise ExchangeFailed("unreachable", parts.hostname or "")
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        with app.test_client() as client:
            answer = client.open(
                path,
                method=request.method,
                headers=list(request.headers),
                data=request.body,
                base_url=f"{parts.scheme}://{parts.netloc}",
            )
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return HttpResponse(answer.status_code, headers, answer.get_data())


class Browser:
    """A person at a sandbox provider's page: gets the form, chooses, follows nothing."""

    def __init__(self, app: Flask, base_url: str) -> None:
        self._client = app.test_client()
        self._base_url = base_url

    def get(self, url: str, **headers: str) -> tuple[int, str]:
        answer = self._client.get(_path(url), base_url=self._base_url, headers=headers)
        return answer.status_code, answer.get_data(as_text=True)

    def post(self, url: str, **form: str) -> tuple[int, str]:
        """Post a form and return the status and where it redirects to (or the page's text)."""
        answer = self._client.post(_path(url), base_url=self._base_url, data=form)
        return answer.status_code, answer.headers.get("Location") or answer.get_data(as_text=True)

    def csrf(self, url: str) -> str:
        _, page = self.get(url)
        return page.split('name="csrf" value="', 1)[1].split('"', 1)[0]

    def sign_in(self, url: str, persona: str, decision: str = "approve") -> str:
        """Sign in as a persona and return where the browser is sent."""
        status, location = self.post(url, csrf=self.csrf(url), persona=persona, decision=decision)
        assert status == 302, location
        return location


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"
