"""The demonstration PKI on an invented network: what its certificates point to is answered by the sandbox's own publication."""

from __future__ import annotations

from collections.abc import Mapping

from werkzeug.test import Client

from idbridge.exchange import ExchangeFailed, HttpRequest, HttpResponse
from idbridge.sandbox.publication import Publication
from idbridge.services.demo_pki import DemoPki
from tests.interop.demo import CERTS


class PublishedPki:
    """A `Fetch`: addresses below the PKI's base URL are answered, all others are unreachable. Remembers what was asked.

    ``instead``: what addresses that begin so answer.
    """

    def __init__(self, pki: DemoPki, clock) -> None:
        self._base = pki.manifest.base_url
        self._client = Client(Publication(pki, CERTS, clock))
        self.asked: list[HttpRequest] = []
        self.instead: dict[str, HttpResponse] = {}

    def __call__(self, request: HttpRequest, *, max_bytes: int = 1 << 20) -> HttpResponse:
        self.asked.append(request)
        for beginning, answer in self.instead.items():
            if request.url.startswith(beginning):
                return answer
        if not request.url.startswith(self._base):
            raise ExchangeFailed("unreachable", request.url)
        headers: Mapping[str, str] = dict(request.headers)
        path = request.url.removeprefix(self._base)
        response = self._client.open(path, method=request.method, headers=headers, data=request.body)
        if len(response.data) > max_bytes:
            raise ExchangeFailed("too-large", request.url)
        return HttpResponse(response.status_code, dict(response.headers), response.data)
