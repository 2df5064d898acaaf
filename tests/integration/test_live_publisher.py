"""A publisher on a real address that goes wrong in every way it can, and an instance that refreshes from it meanwhile.

Everything between is real: the outbound client, the periodic refresh, the store of versions, and the faces that tell of it.
Only the time is set, so that what takes months passes at once.
"""

from __future__ import annotations

import base64
import ipaddress
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from idbridge.outbound import Doors, Outbound
from idbridge.services.certificates import Certificates
from idbridge.services.documents import DocumentQuestion, Documents
from idbridge.services.refreshing import Refreshing
from idbridge.services.trust_lists import ListSource, TrustLists
from idbridge.storage.list_versions import ListVersions
from idbridge.web.certificates import certificates
from idbridge.web.operations import operations
from tests.unit.services.test_trust_lists import Clock
from tests.unit.signatures.forge import cades
from tests.unit.trust.authorities import ISSUED, NOW, issue
from tests.unit.trust.lists import HK, authorities, draft, sign

INTERVAL = timedelta(hours=1)
CURRENT = draft(HK)
GOOD = sign(CURRENT)
NEXT = replace(CURRENT, sequence=CURRENT.sequence + 1, issued=ISSUED + timedelta(days=1))
PAGE = b"<!DOCTYPE html><html><head><title>Service unavailable</title></head></html>"


class Publisher(ThreadingHTTPServer):
    """Answers every request with `status` and `body`."""

    status, body = 200, GOOD

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hk.xml"


class Answer(BaseHTTPRequestHandler):
    server: Publisher

    def do_GET(self) -> None:
        self.send_response(self.server.status)
        self.send_header("Content-Type", "text/html" if self.server.body == PAGE else "application/vnd.etsi.tsl+xml")
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@dataclass
class Instance:
    """An instance that relies on one list."""

    clock: Clock
    refreshing: Refreshing
    documents: Documents
    client: FlaskClient

    def refresh(self) -> None:
        self.clock.now += INTERVAL
        assert self.refreshing.look() == (HK,)

    def readiness(self) -> dict:
        (told,) = self.client.get("/readyz").json["trust_lists"]
        return told

    def metrics(self) -> dict[str, float]:
        families = text_string_to_metric_families(self.client.get("/metrics").text)
        samples = (sample for family in families for sample in family.samples if sample.labels.get("region") == HK)
        return {f"{s.name} {s.labels['outcome']}" if "outcome" in s.labels else s.name: s.value for s in samples}

    def cited(self) -> list[dict]:
        """Return how the list is cited in the report on a certificate, and in that on a document."""
        signer = issue("CHAN Tai Man", authorities()["hk-issuing"], country="HK", ca=False)
        asked = {"certificate": base64.b64encode(signer.der).decode(), "offline": True}
        reports = [
            self.client.post("/api/v1/certificates/verify", json=asked).json,
            self.documents.verify(DocumentQuestion(cades(signer, b"A lease"), offline=True)).to_dict(),
        ]
        return [cited for report in reports for cited in report["trust_lists"]]


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    server = Publisher()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def instance(tmp_path: Path, publisher: Publisher) -> Instance:
    clock = Clock()
    clock.now = NOW - INTERVAL
    lists = TrustLists([ListSource(HK, (authorities()["hk-signer"].der,), publisher.address)], ListVersions(tmp_path), clock)
    fetch = Outbound(Doors((ipaddress.ip_network("127.0.0.0/8"),)), plain_http=True)
    app = Flask("instance")
    app.register_blueprint(operations({}, lists, several_processes=False))
    app.register_blueprint(certificates(Certificates(lists, None, clock), lists))
    documents = Documents(lists, None, clock)
    return Instance(clock, Refreshing(lists, tmp_path, fetch, clock, INTERVAL), documents, app.test_client())


FAULTS = [
    ("sequence-rolled-back", 200, sign(replace(NEXT, sequence=CURRENT.sequence - 1))),
    ("sequence-reused", 200, sign(replace(NEXT, sequence=CURRENT.sequence))),
    ("list-is-html", 200, PAGE),
    ("http-503", 503, PAGE),
    ("list-empty", 200, b""),
    ("list-not-well-formed", 200, GOOD[:-200]),
    ("signer-not-pinned", 200, sign(NEXT, "mo-signer")),
    ("signature-digest-mismatch", 200, sign(NEXT).replace(b"e-Cert", b"e-Kert")),
    ("expired", 200, sign(replace(NEXT, next_update=NOW - timedelta(days=1)))),
    ("issued-in-future", 200, sign(replace(NEXT, issued=NOW + timedelta(days=30)))),
    ("too-large", 200, b" " * (25 << 20)),
]


def test_the_last_good_list_stays_in_force_and_its_age_is_told(publisher: Publisher, instance: Instance) -> None:
    instance.refresh()
    assert instance.readiness()["last_attempt"]["code"] == "accepted"
    for code, publisher.status, publisher.body in FAULTS:
        instance.refresh()
        age = int((instance.clock.now - ISSUED).total_seconds())
        told, measured = instance.readiness(), instance.metrics()
        assert (told["standing"], told["sequence"], told["age_seconds"]) == ("current", CURRENT.sequence, age), code
        assert told["last_attempt"]["code"] == code
        assert measured["idbridge_trust_list_current"] == 1
        assert measured["idbridge_trust_list_sequence"] == CURRENT.sequence
        assert measured["idbridge_trust_list_age_seconds"] == age
        assert measured["idbridge_trust_list_last_refresh"] == instance.clock.now.timestamp()
        assert measured[f"idbridge_trust_list_refreshes_total {code}"] == 1
    for cited in instance.cited():
        assert (cited["region"], cited["sequence"], cited["standing"]) == (HK, CURRENT.sequence, "current")
        assert cited["age_seconds"] == age


def test_a_better_list_is_taken_when_it_comes(publisher: Publisher, instance: Instance) -> None:
    instance.refresh()
    publisher.body = PAGE
    instance.refresh()
    publisher.body = sign(NEXT)
    instance.refresh()
    assert (instance.readiness()["sequence"], instance.readiness()["last_attempt"]["code"]) == (NEXT.sequence, "accepted")
    instance.refresh()
    assert instance.readiness()["last_attempt"]["code"] == "unchanged"
    assert {cited["sequence"] for cited in instance.cited()} == {NEXT.sequence}
    outcomes = {name.split()[1]: n for name, n in instance.metrics().items() if "refreshes_total" in name}
    assert outcomes == {"accepted": 2, "list-is-html": 1, "unchanged": 1}


def test_a_list_that_is_never_replaced_stops_at_its_own_next_update(publisher: Publisher, instance: Instance) -> None:
    instance.refresh()
    publisher.status, publisher.body = 503, PAGE
    assert CURRENT.next_update is not None
    instance.clock.now = CURRENT.next_update - INTERVAL
    instance.refresh()
    assert instance.readiness()["standing"] == "current"
    instance.refresh()
    assert instance.readiness()["standing"] == "expired"
    assert instance.metrics()["idbridge_trust_list_current"] == 0
    assert {cited["standing"] for cited in instance.cited()} == {"expired"}


def test_a_publisher_that_is_gone_changes_nothing(publisher: Publisher, instance: Instance) -> None:
    instance.refresh()
    publisher.shutdown()
    publisher.server_close()
    instance.refresh()
    told = instance.readiness()
    assert (told["standing"], told["sequence"], told["last_attempt"]["code"]) == ("current", CURRENT.sequence, "unreachable")
