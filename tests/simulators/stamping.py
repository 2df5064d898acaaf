"""The demonstration's time-stamping authorities on the invented network of `publication`, beside what the PKI publishes."""

from __future__ import annotations

from werkzeug.test import Client

from idbridge.exchange import ExchangeFailed, HttpRequest, HttpResponse
from idbridge.sandbox.tsa import TimestampApplication, demo_authorities
from idbridge.services.demo_pki import DemoPki
from tests.simulators.publication import PublishedPki

BASE = "http://tsa.example"


class StampingPki:
    """A `Fetch`: authorities at ``http://tsa.example/<id>``, and everything that a `PublishedPki` answers."""

    def __init__(self, pki: DemoPki, clock) -> None:
        self.published = PublishedPki(pki, clock)
        self._client = Client(TimestampApplication(demo_authorities(pki), clock))
        self.instead: HttpResponse | ExchangeFailed | None = None

    def __call__(self, request: HttpRequest, *, max_bytes: int = 1 << 20) -> HttpResponse:
        if not request.url.startswith(BASE):
            return self.published(request, max_bytes=max_bytes)
        if isinstance(self.instead, ExchangeFailed):
            raise self.instead
        if self.instead is not None:
            return self.instead
        path, headers = request.url.removeprefix(BASE), dict(request.headers)
        answer = self._client.open(path, method=request.method, headers=headers, data=request.body)
        return HttpResponse(answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, answer.data)
