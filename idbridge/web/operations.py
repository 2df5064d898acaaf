"""For those who run the bridge: is it alive, is it ready, how is it doing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from idbridge.services.trust_lists import TrustLists
from idbridge.storage.ports import StoreUnavailable
from idbridge.web.site import json_response
from idbridge.web.trust_metrics import TrustListMetrics

Check = Callable[[], object]
"""Returns what is worth telling of a part that is ready; raises `StoreUnavailable` when it is not."""


def operations(checks: Mapping[str, Check], lists: TrustLists, *, several_processes: bool) -> Blueprint:
    """Return the blueprint; *checks* are what readiness depends on, by name.

    Trust lists are told with their age, and do not make the instance unready: whoever signs in needs none.
    """
    blueprint = Blueprint("operations", __name__)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return json_response({"status": "alive"})

    @blueprint.get("/readyz")
    def readyz() -> Response:
        answers = {name: _ask(check) for name, check in checks.items()}
        ready = all(answer.get("ready") for answer in answers.values())
        told = {"status": "ready" if ready else "not-ready", "checks": answers, "trust_lists": _lists(lists)}
        return json_response(told, 200 if ready else 503)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        registry = CollectorRegistry()
        registry.register(TrustListMetrics(lists))
        if several_processes:
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # prometheus_client leaves it untyped
        content = generate_latest(registry) + (b"" if several_processes else generate_latest())
        return Response(content, content_type=CONTENT_TYPE_LATEST)

    return blueprint


def _lists(lists: TrustLists) -> list[dict[str, object]]:
    return [
        {
            "region": status.territory,
            "standing": status.standing.value,
            "sequence": status.sequence,
            "age_seconds": None if status.age is None else int(status.age.total_seconds()),
            "next_update": status.next_update,
            "last_attempt": status.last_attempt and {"at": status.last_attempt.at, "code": status.last_attempt.code},
        }
        for status in lists.status()
    ]


def _ask(check: Check) -> dict[str, object]:
    try:
        detail = check()
    except StoreUnavailable as unavailable:
        return {"ready": False, "reason": unavailable.reason}
    return {"ready": True} if detail is None else {"ready": True, "detail": detail}
